package gitpack

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/racing"
	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// entryHead is how an entry of a pack begins: with its kind and its size.
func entryHead(kind byte, size int) []byte {
	head := []byte{kind<<4 | byte(size&15)}
	for size >>= 4; size > 0; size >>= 7 {
		head[len(head)-1] |= 0x80
		head = append(head, byte(size&0x7f))
	}
	return head
}

// packEntry is an entry of a pack: its kind, its size, what stands before its data, and these compressed.
func packEntry(kind byte, between, data []byte) []byte {
	b := bytes.NewBuffer(append(entryHead(kind, len(data)), between...))
	level := zlib.NoCompression // which is quick, where there is nothing to gain
	if len(data) > 1<<10 {
		level = zlib.BestCompression
	}
	z, _ := zlib.NewWriterLevel(b, level)
	_, _ = z.Write(data)
	_ = z.Close()
	return b.Bytes()
}

func packOf(entries ...[]byte) []byte {
	pack := binary.BigEndian.AppendUint32([]byte("PACK\x00\x00\x00\x02"), uint32(len(entries)))
	for _, e := range entries {
		pack = append(pack, e...)
	}
	sum := sha1.Sum(pack)
	return append(pack, sum[:]...)
}

// twice is a delta that writes an object of a size twice.
func twice(size int) []byte {
	delta := binary.AppendUvarint(binary.AppendUvarint(nil, uint64(size)), uint64(2*size))
	for range 2 {
		for at := 0; at < size; at += 0xffffff {
			n := min(size-at, 0xffffff)
			delta = append(delta, 0xff, byte(at), byte(at>>8), byte(at>>16), byte(at>>24), byte(n), byte(n>>8), byte(n>>16))
		}
	}
	return delta
}

// taken is how many bytes a call allocates.
func taken(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Objects without data count, too, and none needs an inflater of its own.
func TestPacksOfManyObjects(t *testing.T) {
	racing.Skip(t)
	const many = 5_000
	pack := packOf(slices.Repeat([][]byte{packEntry(packBlob, nil, nil)}, many)...)
	assert.Less(t, taken(func() {
		objects, err := Read(pack, none)
		require.NoError(t, err)
		assert.Len(t, objects, 1)
	}), uint64(many)<<10)
	tooMany := packOf()
	binary.BigEndian.PutUint32(tooMany[8:], largestUnpacked/entryRoom+1)
	sum := sha1.Sum(tooMany[:packHead])
	_, err := Read(append(tooMany[:packHead], sum[:]...), none)
	assert.ErrorIs(t, err, ErrUnpacked)
	for over, want := range []bool{false, true} {
		last := entryHead(packBlob, largestUnpacked-(many+1)*entryRoom+over)
		_, err = Read(packOf(append(slices.Repeat([][]byte{packEntry(packBlob, nil, nil)}, many), last)...), none)
		assert.Equal(t, want, errors.Is(err, ErrUnpacked), err)
	}
}

// A pack of a few bytes makes no gigabytes: neither by what is compressed, nor by deltas of deltas.
func TestPackBombs(t *testing.T) {
	racing.Skip(t)
	const piece = 16 << 20
	gigabyte := packOf(slices.Repeat([][]byte{packEntry(packBlob, nil, make([]byte, piece))}, 1<<30/piece)...)
	require.Less(t, len(gigabyte), 2<<20)
	chain, size := [][]byte{packEntry(packBlob, nil, []byte("x"))}, 1
	for id := (repository.Object{Kind: repository.KindBlob, Data: []byte("x")}).ID(); size <= largestUnpacked; size *= 2 {
		base, err := hex.DecodeString(id)
		require.NoError(t, err)
		chain = append(chain, packEntry(packRefDelta, base, twice(size)))
		if size < 1<<16 {
			id = repository.Object{Kind: repository.KindBlob, Data: bytes.Repeat([]byte("x"), 2*size)}.ID()
		} else {
			break // the rest builds on the one before by its place
		}
	}
	for ; size <= largestUnpacked; size *= 2 {
		back := len(chain[len(chain)-1])
		chain = append(chain, packEntry(packOfsDelta, offset(back), twice(2*size)))
	}
	doubling := packOf(chain...)
	require.Less(t, len(doubling), 1<<16)
	for name, pack := range map[string][]byte{"zlib": gigabyte, "deltas": doubling} {
		var err error
		took := taken(func() { _, err = Read(pack, none) })
		assert.ErrorIs(t, err, ErrUnpacked, name)
		assert.Less(t, took, uint64(5*largestUnpacked), name)
	}
}

// offset is how far back a base is, as a pack has it.
func offset(back int) []byte {
	b := []byte{byte(back & 0x7f)}
	for back >>= 7; back > 0; back >>= 7 {
		back--
		b = append([]byte{byte(back&0x7f) | 0x80}, b...)
	}
	return b
}

// Deltas that stand before what they are made of, each before the next: 5,000 of them, in time that grows with their
// number alone.
func TestDeltasInReverse(t *testing.T) {
	racing.Skip(t)
	const many = 5_000
	text := func(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }
	entries := [][]byte{packEntry(packBlob, nil, text(0))}
	for n := 1; n < many; n++ {
		base, _ := hex.DecodeString(repository.Object{Kind: repository.KindBlob, Data: text(n - 1)}.ID())
		entries = append(entries, packEntry(packRefDelta, base, append([]byte{4, 4, 4}, text(n)...)))
	}
	slices.Reverse(entries)
	pack := packOf(entries...)
	objects, err := Read(pack, none)
	require.NoError(t, err)
	assert.Len(t, objects, many)

	first := repository.Object{Kind: repository.KindBlob, Data: text(0)}
	thin := packOf(entries[:many-1]...)
	_, err = Read(thin, none)
	assert.ErrorContains(t, err, "not there")
	objects, err = Read(thin, func([]string) map[string]repository.Object {
		return map[string]repository.Object{first.ID(): first}
	})
	require.NoError(t, err)
	assert.Len(t, objects, many-1)
}

// Many refs and lines of the greatest length are read in one go; more than one line may have is refused.
func TestHugeLines(t *testing.T) {
	one := strings.Repeat("1", 40)
	var body []byte
	for n := range 20_000 {
		body = AppendPkt(body, repository.ZeroID+" "+one+" refs/heads/"+string(rune('a'+n%26))+hex.EncodeToString(
			binary.BigEndian.AppendUint32(nil, uint32(n))))
	}
	p, err := ReadPush(append(body, Flush...))
	require.NoError(t, err)
	assert.Len(t, p.Commands, 20_000)
	_, err = ReadPush([]byte("ffff" + strings.Repeat("x", 1<<20)))
	assert.Error(t, err)
}
