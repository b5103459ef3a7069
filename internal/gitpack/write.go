package gitpack

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// named is an object with its name.
type named struct {
	id string
	repository.Object
}

// packAtMost is how large a pack grows before the next one is begun, in bytes: the short form of an index has offsets
// of 31 bits.
const packAtMost = 1 << 30

// writePacks writes objects, each once, as packs with their indexes into a folder. An index comes last, since git looks
// for those.
func writePacks(dir string, objects []named) error {
	for len(objects) > 0 {
		n, err := writePack(dir, objects)
		if err != nil {
			return err
		}
		objects = objects[n:]
	}
	return nil
}

// packed is where an object is in a pack.
type packed struct {
	id  string
	at  uint32
	crc uint32
}

// writePack writes one pack of the first so many objects.
func writePack(dir string, objects []named) (n int, err error) {
	size := packHead
	for n < len(objects) && (n == 0 || size+len(objects[n].Data) < packAtMost) {
		const around = 64 // bytes: an entry's head, and what data that cannot be compressed grows by
		size += len(objects[n].Data) + around
		n++
	}
	file, err := os.CreateTemp(dir, "tmp_pack_")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.Remove(file.Name()) }()
	w := &packWriter{out: bufio.NewWriter(file), sum: sha1.New()}
	head := binary.BigEndian.AppendUint32([]byte("PACK\x00\x00\x00\x02"), uint32(n))
	w.write(head)
	where := make([]packed, 0, n)
	for _, o := range objects[:n] {
		where = append(where, w.add(o))
	}
	sum := w.sum.Sum(nil)
	w.write(sum)
	if err := cmp.Or(w.err, w.out.Flush(), file.Close()); err != nil {
		return 0, err
	}
	base := filepath.Join(dir, "pack-"+hex.EncodeToString(sum))
	if err := os.Rename(file.Name(), base+".pack"); err != nil {
		return 0, err
	}
	return n, writeWhole(base+".idx", packIndex(where, sum))
}

// writeWhole writes a file that is there either whole or not at all.
func writeWhole(path string, content []byte) error {
	if err := os.WriteFile(path+".new", content, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

type packWriter struct {
	out *bufio.Writer
	sum hash.Hash
	n   uint32
	err error
}

func (w *packWriter) write(p []byte) {
	_, err := w.out.Write(p)
	w.err = cmp.Or(w.err, err)
	w.sum.Write(p)
	w.n += uint32(len(p))
}

// add writes an entry.
func (w *packWriter) add(o named) packed {
	at := packed{id: o.id, at: w.n}
	var b bytes.Buffer
	size := len(o.Data)
	first := packNumbers[o.Kind]<<4 | byte(size&15)
	for size >>= 4; size > 0; size >>= 7 {
		b.WriteByte(first | 0x80)
		first = byte(size & 0x7f)
	}
	b.WriteByte(first)
	repository.Deflate(&b, o.Data)
	at.crc = crc32.ChecksumIEEE(b.Bytes())
	w.write(b.Bytes())
	return at
}

var packNumbers = map[repository.Kind]byte{repository.KindCommit: packCommit, repository.KindTree: packTree,
	repository.KindBlob: packBlob, repository.KindTag: packTag}

// packIndex is the index of a pack, in its second form: how many names begin with which byte or less, the names, the
// checksums, the offsets.
func packIndex(where []packed, sum []byte) []byte {
	slices.SortFunc(where, func(a, b packed) int { return cmp.Compare(a.id, b.id) })
	b := []byte("\xfftOc\x00\x00\x00\x02")
	ids := make([][]byte, len(where))
	var counts [256]uint32
	for i, p := range where {
		ids[i], _ = hex.DecodeString(p.id) // the name of an object is of hexadecimal digits
		counts[ids[i][0]]++
	}
	upTo := uint32(0)
	for _, n := range counts {
		upTo += n
		b = binary.BigEndian.AppendUint32(b, upTo)
	}
	for _, id := range ids {
		b = append(b, id...)
	}
	for _, p := range where {
		b = binary.BigEndian.AppendUint32(b, p.crc)
	}
	for _, p := range where {
		b = binary.BigEndian.AppendUint32(b, p.at)
	}
	b = append(b, sum...)
	own := sha1.Sum(b)
	return append(b, own[:]...)
}
