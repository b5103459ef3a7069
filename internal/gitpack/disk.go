package gitpack

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/fakegitlab/fakegitlab/internal/outside"
	"github.com/fakegitlab/fakegitlab/internal/repository"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// Disk are the bare repositories on disk of one GitLab, each made when somebody first asks for it.
type Disk struct {
	Folder  *outside.Folder
	mu      sync.Mutex
	dir     string // of the folder when they were made: after a Reset it is another one
	made    int    // so many in that folder
	mirrors map[*repository.Repository]*Mirror
	gone    []*Mirror // of deleted projects, still on disk
}

// Mirror is a repository on disk, and what is yet to be written there.
type Mirror struct {
	Dir     string
	mu      sync.Mutex
	known   int // so many objects of the repository have been taken over
	pending []named
	refs    []repository.Ref
	head    string
	writing sync.Mutex // before mu
	begun   bool
	users   int // of it in use; guarded by Disk.mu
}

// Take begins a use of a project's repository on disk and takes over what is new in the one in memory. Those of
// projects that are not among all any more are let go of when another is asked for first: they go from disk at the end
// of a use that none of them is in. The state's mutex is held.
func (d *Disk) Take(p *world.Project, all []*world.Project) (*Mirror, outside.Use, error) {
	r := p.Repository
	use, err := d.Folder.Use()
	if err != nil {
		return nil, use, err
	}
	d.mu.Lock()
	if d.dir != use.Dir {
		d.dir, d.made, d.mirrors, d.gone = use.Dir, 0, map[*repository.Repository]*Mirror{}, nil
	}
	m := d.mirrors[r]
	if m == nil {
		there := map[*repository.Repository]bool{}
		for _, p := range all {
			there[p.Repository] = true
		}
		maps.DeleteFunc(d.mirrors, func(r *repository.Repository, m *Mirror) bool {
			if !there[r] {
				d.gone = append(d.gone, m)
			}
			return !there[r]
		})
		d.made++
		m = &Mirror{Dir: filepath.Join(use.Dir, strconv.Itoa(d.made)+".git")}
		d.mirrors[r] = m
	}
	m.users++
	done := use.Done
	use.Done = sync.OnceFunc(func() {
		d.leave(m)
		done()
	})
	d.mu.Unlock()
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range r.Since(m.known) {
		o, _ := r.Object(id)
		m.pending = append(m.pending, named{id, o})
	}
	m.known += len(r.Since(m.known))
	m.refs, m.head = append(r.Refs(), p.PipelineRefs()...), r.Head()
	return m, use, nil
}

// leave ends a use of a repository, and removes what is gone and not in use. The state's mutex need not be held.
func (d *Disk) leave(m *Mirror) {
	d.mu.Lock()
	m.users--
	var idle []*Mirror
	d.gone = slices.DeleteFunc(d.gone, func(m *Mirror) bool {
		if m.users == 0 {
			idle = append(idle, m)
		}
		return m.users == 0
	})
	d.mu.Unlock()
	for _, m := range idle {
		_ = os.RemoveAll(m.Dir) // what cannot be removed goes with the folder
	}
}

// Write writes all that was taken over. It does not need the state's mutex.
func (m *Mirror) Write() error {
	m.writing.Lock()
	defer m.writing.Unlock()
	m.mu.Lock()
	pending, refs, head := m.pending, m.refs, m.head
	m.pending = nil
	m.mu.Unlock()
	err := m.begin()
	if err == nil {
		err = writePacks(filepath.Join(m.Dir, "objects", "pack"), pending)
	}
	if err != nil {
		m.mu.Lock()
		m.pending = append(pending, m.pending...)
		m.mu.Unlock()
		return err
	}
	return errors.Join(writeWhole(filepath.Join(m.Dir, "packed-refs"), packedRefs(refs)),
		writeWhole(filepath.Join(m.Dir, "HEAD"), []byte("ref: "+head+"\n")))
}

// begin makes the empty repository.
func (m *Mirror) begin() error {
	if m.begun {
		return nil
	}
	const mine = 0o700
	for _, dir := range []string{"objects/pack", "objects/info", "refs/heads"} {
		if err := os.MkdirAll(filepath.Join(m.Dir, filepath.FromSlash(dir)), mine); err != nil {
			return err
		}
	}
	config := "[core]\n\trepositoryformatversion = 0\n\tbare = true\n[gc]\n\tauto = 0\n"
	if err := writeWhole(filepath.Join(m.Dir, "config"), []byte(config)); err != nil {
		return err
	}
	m.begun = true
	return nil
}

// packedRefs are refs in the one file that git reads them from, which replaces them all at once.
func packedRefs(refs []repository.Ref) []byte {
	var b strings.Builder
	for _, r := range refs {
		b.WriteString(r.ID + " " + r.Name + "\n")
	}
	return []byte(b.String())
}
