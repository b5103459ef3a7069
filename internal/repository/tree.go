package repository

import (
	"bytes"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// Mode is what an entry of a tree is, in six octal digits.
type Mode string

// The modes that git writes.
const (
	ModeFile       Mode = "100644"
	ModeExecutable Mode = "100755"
	ModeSymlink    Mode = "120000" // its blob is where it leads
	ModeTree       Mode = "040000"
	ModeSubmodule  Mode = "160000" // its object is a commit of another repository
)

// Kind is what kind of object an entry of that mode leads to.
func (m Mode) Kind() Kind {
	switch m {
	case ModeTree:
		return KindTree
	case ModeSubmodule:
		return KindCommit
	}
	return KindBlob
}

// Entry is one entry of a tree.
type Entry struct {
	Mode Mode
	Name string // without a slash
	ID   string // of the object
}

// sortKey is what git sorts the entries of a tree by: folders as if their names ended in a slash.
func (e Entry) sortKey() string {
	if e.Mode == ModeTree {
		return e.Name + "/"
	}
	return e.Name
}

// EmptyTreeID is the tree with nothing in it, which git knows whether it is there or not.
const EmptyTreeID = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

// TreeObject is the tree of some entries, which may come in any order.
func TreeObject(entries []Entry) Object {
	entries = slices.Clone(entries)
	slices.SortFunc(entries, func(a, b Entry) int { return strings.Compare(a.sortKey(), b.sortKey()) })
	var b bytes.Buffer
	for _, e := range entries {
		b.WriteString(strings.TrimLeft(string(e.Mode), "0") + " " + e.Name + "\x00")
		id, _ := hex.DecodeString(e.ID) // the name of an object is of hexadecimal digits
		b.Write(id)
	}
	return Object{KindTree, b.Bytes()}
}

// canonical is what git takes a mode for that older tools wrote: "100664" is a file as any other (cache.h, canon_mode).
func canonical(mode string) (Mode, error) {
	const kind, tree, file, link, runs = 0o170000, 0o040000, 0o100000, 0o120000, 0o100
	bits, err := strconv.ParseUint(mode, 8, 32)
	switch {
	case bits&kind == tree:
		return ModeTree, err
	case bits&kind == link:
		return ModeSymlink, err
	case bits&kind == file && bits&runs != 0:
		return ModeExecutable, err
	case bits&kind == file:
		return ModeFile, err
	}
	return ModeSubmodule, err
}

var errBrokenTree = errors.New("the tree is broken")

// ParseTree reads the entries of a tree, in the order that they are in, which is git's in all that git wrote.
func ParseTree(data []byte) (entries []Entry, err error) {
	for len(data) > 0 {
		mode, rest, ok := bytes.Cut(data, []byte{' '})
		name, rest, named := bytes.Cut(rest, []byte{0})
		if !ok || !named || len(rest) < idLength/2 || len(mode) > len(ModeTree) || len(name) == 0 {
			return nil, errBrokenTree
		}
		known, err := canonical(string(mode))
		if err != nil {
			return nil, errBrokenTree
		}
		entries = append(entries, Entry{known, string(name), hex.EncodeToString(rest[:idLength/2])})
		data = rest[idLength/2:]
	}
	return entries, nil
}
