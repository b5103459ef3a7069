package gitpack

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

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

// largestUnpacked is how large all objects of a pack may be together, in bytes. GitLab has no such limit; but what a
// pack says can be any number of times its own size.
const largestUnpacked = 256 << 20

// entryRoom is what each entry of a pack counts beside its data, in bytes: its name and places, for one has no data.
const entryRoom = 256

// ErrUnpacked is of a pack that says too much.
var ErrUnpacked = fmt.Errorf("the fake takes no more than %d bytes out of a pack, and %d of these for each object",
	largestUnpacked, entryRoom)

// bases finds objects that are not in the pack.
type bases func(ids []string) map[string]repository.Object

// Read reads a pack: all its objects by their names. A thin pack's bases are asked for.
func Read(pack []byte, outside bases) (map[string]repository.Object, error) {
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
	count := binary.BigEndian.Uint32(pack[8:])
	if count > largestUnpacked/entryRoom {
		return nil, ErrUnpacked
	}
	u := unpacking{objects: map[string]repository.Object{}, at: map[int64]string{},
		room:   largestUnpacked - uint64(count)*entryRoom,
		waitAt: map[int64][]waiting{}, waitFor: map[string][]waiting{}}
	var in inflater
	r := bytes.NewReader(pack[:end])
	_, _ = r.Seek(packHead, io.SeekStart)
	for range count {
		at := int64(end) - int64(r.Len())
		e, err := readEntry(r, &in, at, u.room)
		if err != nil {
			return nil, fmt.Errorf("the entry at %d of the pack: %w", at, err)
		}
		u.room -= uint64(len(e.data))
		if err := u.take(waiting{e, at}); err != nil {
			return nil, err
		}
	}
	if r.Len() > 0 {
		return nil, errors.New("the pack has more than it says")
	}
	return u.objects, u.resolveAll(outside)
}

// readEntry reads the entry that begins at an offset of the pack, and has no more bytes than there is room for.
func readEntry(r *bytes.Reader, in *inflater, at int64, room uint64) (e entry, err error) {
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
	if size > room {
		return e, ErrUnpacked
	}
	e.data, err = in.inflate(r, size)
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

// inflater is what is used again for each entry: an inflater needs 40 KiB.
type inflater struct {
	z   io.ReadCloser
	buf bytes.Buffer
}

// inflate reads data that is compressed, of which so many bytes are to come. It takes room as they do, whatever is
// said.
func (in *inflater) inflate(r *bytes.Reader, size uint64) ([]byte, error) {
	var err error
	if in.z == nil {
		in.z, err = zlib.NewReader(r)
	} else {
		err = in.z.(zlib.Resetter).Reset(r, nil)
	}
	if err != nil {
		return nil, err
	}
	in.buf.Reset()
	n, err := io.Copy(&in.buf, io.LimitReader(in.z, int64(min(size, 1<<62))+1))
	switch {
	case err != nil:
		return nil, err
	case uint64(n) != size:
		return nil, fmt.Errorf("it has another size than %d", size)
	}
	const small = 1 << 16
	data := in.buf.Bytes()
	if size > small {
		in.buf = bytes.Buffer{} // and is the entry's alone
		return data, nil
	}
	return bytes.Clone(data), nil
}

// unpacking is a pack of which some deltas wait for what they are made of.
type unpacking struct {
	objects map[string]repository.Object
	at      map[int64]string // the object of an entry
	room    uint64           // bytes that may yet come
	waitAt  map[int64][]waiting
	waitFor map[string][]waiting
	waits   int                          // how many wait in both
	outside map[string]repository.Object // what is not in the pack
}

type waiting struct {
	entry
	at int64
}

// take makes an object of an entry, and of all that have waited for it. A delta whose base is not known yet waits.
func (u *unpacking) take(w waiting) error {
	for todo := []waiting{w}; len(todo) > 0; {
		w, todo = todo[len(todo)-1], todo[:len(todo)-1]
		o := repository.Object{Kind: packKinds[w.kind], Data: w.data}
		if o.Kind == "" {
			base, known := u.baseOf(w.entry)
			if !known {
				u.wait(w)
				continue
			}
			data, err := applyDelta(base.Data, w.data, u.room)
			if err != nil {
				return fmt.Errorf("the entry at %d of the pack: %w", w.at, err)
			}
			u.room -= uint64(len(data))
			o = repository.Object{Kind: base.Kind, Data: data}
		}
		id := o.ID()
		u.objects[id], u.at[w.at] = o, id
		todo = append(append(todo, u.waitAt[w.at]...), u.waitFor[id]...)
		u.waits -= len(u.waitAt[w.at]) + len(u.waitFor[id])
		delete(u.waitAt, w.at)
		delete(u.waitFor, id)
	}
	return nil
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

func (u *unpacking) wait(w waiting) {
	u.waits++
	if w.kind == packOfsDelta {
		u.waitAt[w.baseAt] = append(u.waitAt[w.baseAt], w)
	} else {
		u.waitFor[w.base] = append(u.waitFor[w.base], w)
	}
}

// resolveAll makes what waits for objects that are not in the pack.
func (u *unpacking) resolveAll(outside bases) error {
	if u.waits == 0 {
		return nil
	}
	ids := slices.Sorted(maps.Keys(u.waitFor))
	u.outside = outside(ids)
	for _, id := range ids {
		if _, there := u.outside[id]; !there {
			continue
		}
		all := u.waitFor[id] // none, if the pack had it after all
		u.waits -= len(all)
		delete(u.waitFor, id)
		for _, w := range all {
			if err := u.take(w); err != nil {
				return err
			}
		}
	}
	if u.waits > 0 {
		return errors.New("the pack builds on objects that are not there")
	}
	return nil
}

var errDelta = errors.New("a delta is broken")

// applyDelta makes an object of another one: pieces of that, and new ones; no more than there is room for.
func applyDelta(base, delta []byte, room uint64) ([]byte, error) {
	from, n := binary.Uvarint(delta)
	if n <= 0 || from != uint64(len(base)) {
		return nil, errDelta
	}
	size, m := binary.Uvarint(delta[n:])
	if m <= 0 {
		return nil, errDelta
	}
	if size > room {
		return nil, ErrUnpacked
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
