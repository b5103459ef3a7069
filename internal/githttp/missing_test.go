package githttp

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/gitpack"
	"github.com/fakegitlab/fakegitlab/internal/racing"
	"github.com/fakegitlab/fakegitlab/internal/repository"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// What is missing is searched for once, however many commands lead there: what they allocate is next to nothing.
func TestMissingObjectsAreSearchedForOnce(t *testing.T) {
	racing.Skip(t)
	sent := map[string]repository.Object{}
	send := func(o repository.Object) string {
		sent[o.ID()] = o
		return o.ID()
	}
	blob := repository.Object{Kind: repository.KindBlob, Data: []byte("gone")}
	entries := []repository.Entry{{Mode: repository.ModeFile, Name: "a", ID: blob.ID()}}
	for i := range 5_000 {
		id := send(repository.Object{Kind: repository.KindBlob, Data: fmt.Append(nil, i)})
		entries = append(entries, repository.Entry{Mode: repository.ModeFile, Name: fmt.Sprint("b", i), ID: id})
	}
	tree := send(repository.TreeObject(entries))
	whole := send(repository.Commit{Tree: send(repository.TreeObject(nil)), Message: "whole"}.Object())
	p := &world.Project{Repository: repository.New(nil)}
	tried := func(commands int) uint64 {
		r := &report{push: &gitpack.Push{Commands: []gitpack.Command{{Old: repository.ZeroID, New: blob.ID(), Ref: "refs/heads/no"}}}}
		for i := range commands {
			id := send(repository.Commit{Tree: tree, Message: fmt.Sprint(i)}.Object())
			r.push.Commands = append(r.push.Commands, gitpack.Command{Old: repository.ZeroID, New: id, Ref: fmt.Sprint("refs/heads/b", i)})
		}
		r.push.Commands = append(r.push.Commands, gitpack.Command{Old: repository.ZeroID, New: whole, Ref: "refs/heads/whole"})
		r.reasons = make([]string, len(r.push.Commands))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		brought, err := (&access{project: p}).dropBroken(r, sent)
		runtime.ReadMemStats(&after)
		require.NoError(t, err)
		assert.Len(t, brought, 2)
		for i := range commands + 1 {
			assert.Equal(t, world.RefNoObject, r.reasons[i])
		}
		assert.Empty(t, r.reasons[commands+1])
		return after.TotalAlloc - before.TotalAlloc
	}
	few := tried(1)
	assert.Less(t, tried(50), 3*few)
}
