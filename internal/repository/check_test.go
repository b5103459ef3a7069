package repository_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/repository"
)

func TestWhatAPushBrings(t *testing.T) {
	r := newRepository()
	blob := repository.Object{Kind: repository.KindBlob, Data: []byte("hi")}
	sent := map[string]repository.Object{}
	send := func(o repository.Object) string {
		sent[o.ID()] = o
		return o.ID()
	}
	send(blob)
	folder := send(repository.TreeObject([]repository.Entry{{Mode: repository.ModeFile, Name: "a", ID: blob.ID()}}))
	liar := send(repository.TreeObject([]repository.Entry{{Mode: repository.ModeTree, Name: "a", ID: blob.ID()}}))
	hole := send(repository.TreeObject([]repository.Entry{{Mode: repository.ModeFile, Name: "a", ID: ann40}}))
	for tree, want := range map[string]error{folder: nil, liar: repository.ErrKind, hole: repository.ErrMissing,
		blob.ID(): repository.ErrKind} {
		c := send(repository.Commit{Tree: tree, Author: ann, Committer: ann, Message: "m"}.Object())
		brought, err := r.Brings(c, sent, nil)
		require.ErrorIs(t, err, want)
		if want == nil {
			assert.Len(t, brought, 3)
			again, err := r.Brings(c, sent, brought)
			require.NoError(t, err)
			assert.Empty(t, again, "another ref has brought it")
		}
	}
	r.Add(blob)
	_, err := r.Brings(liar, sent, nil)
	assert.ErrorIs(t, err, repository.ErrKind, "of what is there already, too")
}

const ann40 = "abababababababababababababababababababab"

func TestTreesThatAreTooDeep(t *testing.T) {
	r := newRepository()
	tree := r.Add(repository.TreeObject(nil))
	for range 2048 {
		tree = r.Add(repository.TreeObject([]repository.Entry{{Mode: repository.ModeTree, Name: "a", ID: tree}}))
	}
	require.NoError(t, r.CheckSize(tree))
	tree = r.Add(repository.TreeObject([]repository.Entry{{Mode: repository.ModeTree, Name: "a", ID: tree}}))
	assert.ErrorContains(t, r.CheckSize(tree), "more than 2048 folders within one another")
}

// However a tree came here, its archive has no name that leads out of the folder where it is unpacked.
func TestArchivesStayWhereTheyAre(t *testing.T) {
	r := newRepository()
	blob := r.Add(repository.Object{Kind: repository.KindBlob, Data: []byte("hi")})
	up := r.Add(repository.TreeObject([]repository.Entry{{Mode: repository.ModeFile, Name: "a", ID: blob}}))
	c := r.AddCommit(repository.Commit{Author: ann, Committer: ann, Tree: r.Add(repository.TreeObject([]repository.Entry{
		{Mode: repository.ModeTree, Name: "..", ID: up}, {Mode: repository.ModeFile, Name: "x/../../b", ID: blob},
		{Mode: repository.ModeFile, Name: "good", ID: blob}}))})
	var b bytes.Buffer
	require.NoError(t, r.Archive(&b, c, repository.ArchiveOptions{Format: "tar", Prefix: "p"}))
	var names []string
	for in := tar.NewReader(&b); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		names = append(names, h.Name)
	}
	assert.Equal(t, []string{"pax_global_header", "p/", "p/good"}, names)
}

// Many commits may be asked about in a row, of which some share their history.
func TestReaching(t *testing.T) {
	r := newRepository()
	tree := r.Add(repository.TreeObject(nil))
	commit := func(message string, parents ...string) string {
		return r.AddCommit(repository.Commit{Tree: tree, Parents: parents, Author: ann, Committer: ann, Message: message}).ID
	}
	other := commit("other")
	line := []string{commit("0")}
	for i := range 200 {
		line = append(line, commit(fmt.Sprint(i), line[i]))
	}
	merge := commit("merge", line[100], other)
	for i, of := range line {
		assert.Equal(t, i >= 50, r.IsAncestor(line[50], of))
		assert.Equal(t, r.Ancestors(of), r.AncestorsOf(of))
	}
	has := r.Reaching(other)
	for _, of := range append(line, line...) {
		assert.False(t, has(of))
	}
	assert.True(t, has(merge))
	assert.True(t, has(other))
	assert.False(t, r.Reaching(ann40)(merge), "there is no such commit")
	assert.False(t, has(ann40))
}

// An object is broken that leads to what is nowhere, on any way, and no other is.
func TestBrokenObjects(t *testing.T) {
	r := repository.New(nil)
	sent := map[string]repository.Object{}
	send := func(o repository.Object) string {
		sent[o.ID()] = o
		return o.ID()
	}
	there := r.Add(repository.Object{Kind: repository.KindBlob, Data: []byte("there")})
	gone := repository.Object{Kind: repository.KindBlob, Data: []byte("gone")}.ID()
	tree := func(names ...string) string {
		var entries []repository.Entry
		for i, id := range names {
			entries = append(entries, repository.Entry{Mode: repository.ModeFile, Name: string(rune('a' + i)), ID: id})
		}
		return send(repository.TreeObject(entries))
	}
	half := tree(there, gone)
	above := send(repository.TreeObject([]repository.Entry{{Mode: repository.ModeTree, Name: "x", ID: half}}))
	whole := tree(there, send(repository.Object{Kind: repository.KindBlob, Data: []byte("sent")}))
	first := send(repository.Commit{Tree: whole}.Object())
	second := send(repository.Commit{Tree: above, Parents: []string{first}}.Object())
	third := send(repository.Commit{Tree: whole, Parents: []string{second}}.Object())
	assert.Equal(t, map[string]bool{half: true, above: true, second: true, third: true}, r.Broken(sent))
	for id := range sent {
		_, err := r.Brings(id, sent, nil)
		assert.Equal(t, r.Broken(sent)[id], errors.Is(err, repository.ErrMissing), id)
	}
}
