package githttp

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// The kinds of entries in a pack (https://git-scm.com/docs/gitformat-pack).
const (
	packCommit   = 1
	packTree     = 2
	packBlob     = 3
	packTag      = 4
	packOfsDelta = 6 // of an entry so many bytes before
	packRefDelta = 7 // of an object by its name, which need not be in the pack
)

var packKinds = map[byte]repository.Kind{packCommit: repository.KindCommit, packTree: repository.KindTree,
	packBlob: repository.KindBlob, packTag: repository.KindTag}

const (
	packHead = 12 // bytes: PACK, version, number of entries
	idBytes  = sha1.Size
)

// entry is one entry of a pack: an object, or what makes one of another.
type entry struct {
	kind   byte
	data   []byte
	baseAt int64  // of packOfsDelta
	base   string // of packRefDelta
}

// bases finds objects that are not in the pack.
type bases func(ids []string) map[string]repository.Object

// readPack reads a pack: all its objects by their names. A thin pack's bases are asked for.
func readPack(pack []byte, outside bases) (map[string]repository.Object, error) {
	end := len(pack) - sha1.Size
	if end < packHead || string(pack[:4]) != "PACK" {
		return nil, errors.New("that is no pack")
	}
	if sum := sha1.Sum(pack[:end]); !bytes.Equal(sum[:], pack[end:]) {
		return nil, errors.New("the checksum of the pack is another one")
	}
	if v := binary.BigEndian.Uint32(pack[4:]); v != 2 && v != 3 {
		return nil, fmt.Errorf("the pack has version %d", v)
	}
	u := unpacking{objects: map[string]repository.Object{}, at: map[int64]string{}}
	count := binary.BigEndian.Uint32(pack[8:])
	r := bytes.NewReader(pack[:end])
	_, _ = r.Seek(packHead, io.SeekStart)
	for range count {
		at := int64(end) - int64(r.Len())
		e, err := readEntry(r, at)
		if err != nil {
			return nil, fmt.Errorf("the entry at %d of the pack: %w", at, err)
		}
		if err := u.take(at, e); err != nil {
			return nil, err
		}
	}
	if r.Len() > 0 {
		return nil, errors.New("the pack has more than it says")
	}
	return u.objects, u.resolveAll(outside)
}

// readEntry reads the entry that begins at an offset of the pack.
func readEntry(r *bytes.Reader, at int64) (e entry, err error) {
	b, err := r.ReadByte()
	if err != nil {
		return e, errCutShort
	}
	e.kind = b >> 4 & 7
	size := uint64(b & 15)
	for shift := 4; b&0x80 != 0; shift += 7 {
		if b, err = r.ReadByte(); err != nil || shift > 60 {
			return e, errCutShort
		}
		size |= uint64(b&0x7f) << shift
	}
	switch e.kind {
	case packOfsDelta:
		back, err := readOffset(r)
		if err != nil {
			return e, err
		}
		e.baseAt = at - back
	case packRefDelta:
		var id [idBytes]byte
		if _, err := io.ReadFull(r, id[:]); err != nil {
			return e, errCutShort
		}
		e.base = hex.EncodeToString(id[:])
	default:
		if packKinds[e.kind] == "" {
			return e, fmt.Errorf("there is no kind %d", e.kind)
		}
	}
	e.data, err = inflate(r, size)
	return e, err
}

// readOffset reads how far before an entry its base begins: seven bits a byte, each but the last counted once more.
func readOffset(r *bytes.Reader) (back int64, err error) {
	b, err := r.ReadByte()
	back = int64(b & 0x7f)
	for err == nil && b&0x80 != 0 {
		if back > 1<<48 {
			return 0, errors.New("its base is too far away")
		}
		b, err = r.ReadByte()
		back = (back+1)<<7 | int64(b&0x7f)
	}
	if err != nil {
		return 0, errCutShort
	}
	return back, nil
}

// inflate reads data that is compressed, of which so many bytes are to come. It takes room as they do, whatever is
// said.
func inflate(r *bytes.Reader, size uint64) ([]byte, error) {
	z, err := zlib.NewReader(r)
	if err != nil {
		return nil, err
	}
	const first = 1 << 16
	var data bytes.Buffer
	data.Grow(int(min(size, first)))
	n, err := io.Copy(&data, io.LimitReader(z, int64(min(size, 1<<62))+1))
	switch {
	case err != nil:
		return nil, err
	case uint64(n) != size:
		return nil, fmt.Errorf("it has another size than %d", size)
	}
	return data.Bytes(), nil
}

// unpacking is a pack of which some deltas wait for what they are made of.
type unpacking struct {
	objects map[string]repository.Object
	at      map[int64]string // the object of an entry
	waiting []waiting
	outside map[string]repository.Object // what is not in the pack
}

type waiting struct {
	entry
	at int64
}

func (u *unpacking) take(at int64, e entry) error {
	if kind := packKinds[e.kind]; kind != "" {
		u.keep(at, repository.Object{Kind: kind, Data: e.data})
		return nil
	}
	base, known := u.baseOf(e)
	if !known {
		u.waiting = append(u.waiting, waiting{e, at})
		return nil
	}
	return u.apply(at, e, base)
}

func (u *unpacking) keep(at int64, o repository.Object) {
	id := o.ID()
	u.objects[id], u.at[at] = o, id
}

func (u *unpacking) baseOf(e entry) (o repository.Object, known bool) {
	id := e.base
	if e.kind == packOfsDelta {
		id = u.at[e.baseAt]
	}
	if o, known = u.objects[id]; !known {
		o, known = u.outside[id]
	}
	return o, known
}

func (u *unpacking) apply(at int64, e entry, base repository.Object) error {
	data, err := applyDelta(base.Data, e.data)
	if err != nil {
		return fmt.Errorf("the entry at %d of the pack: %w", at, err)
	}
	u.keep(at, repository.Object{Kind: base.Kind, Data: data})
	return nil
}

// resolveAll makes what waits, with bases of the pack as long as there are some, then with those from outside.
func (u *unpacking) resolveAll(outside bases) error {
	for len(u.waiting) > 0 {
		left := u.waiting
		u.waiting = nil
		for _, w := range left {
			if err := u.take(w.at, w.entry); err != nil {
				return err
			}
		}
		if len(u.waiting) < len(left) {
			continue
		}
		if u.outside != nil {
			return errors.New("the pack builds on objects that are not there")
		}
		var ids []string
		for _, w := range u.waiting {
			if w.base != "" {
				ids = append(ids, w.base)
			}
		}
		u.outside = outside(ids)
		if u.outside == nil {
			u.outside = map[string]repository.Object{}
		}
	}
	return nil
}

var errDelta = errors.New("a delta is broken")

// applyDelta makes an object of another one: pieces of that, and new ones.
func applyDelta(base, delta []byte) ([]byte, error) {
	from, n := binary.Uvarint(delta)
	if n <= 0 || from != uint64(len(base)) {
		return nil, errDelta
	}
	size, m := binary.Uvarint(delta[n:])
	if m <= 0 {
		return nil, errDelta
	}
	delta = delta[n+m:]
	made := make([]byte, 0, min(size, uint64(len(base)+len(delta))))
	for len(delta) > 0 {
		op := delta[0]
		delta = delta[1:]
		switch {
		case op == 0:
			return nil, errDelta
		case op&0x80 == 0:
			if int(op) > len(delta) {
				return nil, errDelta
			}
			made, delta = append(made, delta[:op]...), delta[op:]
		default:
			var at, length uint64
			var ok bool
			if at, length, delta, ok = readCopy(op, delta); !ok || at+length > uint64(len(base)) {
				return nil, errDelta
			}
			made = append(made, base[at:at+length]...)
		}
		if uint64(len(made)) > size {
			return nil, errDelta
		}
	}
	if uint64(len(made)) != size {
		return nil, errDelta
	}
	return made, nil
}

// readCopy reads which piece of the base is taken: the bits of op say which bytes of offset and length follow.
func readCopy(op byte, delta []byte) (at, length uint64, rest []byte, ok bool) {
	for i := range 7 {
		if op&(1<<i) == 0 {
			continue
		}
		if len(delta) == 0 {
			return 0, 0, nil, false
		}
		if i < 4 {
			at |= uint64(delta[0]) << (8 * i)
		} else {
			length |= uint64(delta[0]) << (8 * (i - 4))
		}
		delta = delta[1:]
	}
	if length == 0 {
		length = 0x10000
	}
	return at, length, delta, true
}
