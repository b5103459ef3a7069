package outside

import (
	"context"
	"errors"
	"os"
	"sync"
)

// Folder is the one folder on disk in which a fake keeps files. It is made when it is first needed, and it goes with
// all that is in it when it is emptied or closed and nobody uses it any more. The zero value is ready.
type Folder struct {
	mu     sync.Mutex
	now    *folderRound
	closed bool
}

// folderRound is what a Folder is until it is emptied.
type folderRound struct {
	dir    string // "" before it is needed
	err    error
	ctx    context.Context
	cancel context.CancelFunc
	users  int
	over   bool
}

// ErrFolderClosed is the error of a Folder that is closed.
var ErrFolderClosed = errors.New("the fake is closed")

// Use is a use of a Folder. Ctx ends when the folder is emptied or closed; then whoever uses it is to let go.
type Use struct {
	Dir  string
	Ctx  context.Context
	Done func()
}

// Use begins a use of the folder, which ends with Done. The error is that of the file system, or ErrFolderClosed.
func (f *Folder) Use() (Use, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return Use{}, ErrFolderClosed
	}
	if f.now == nil {
		r := &folderRound{}
		r.ctx, r.cancel = context.WithCancel(context.Background())
		if r.dir, r.err = os.MkdirTemp("", "fakegitlab-"); r.err != nil {
			r.cancel()
			return Use{}, r.err
		}
		f.now = r
	}
	r := f.now
	r.users++
	return Use{r.dir, r.ctx, sync.OnceFunc(func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		r.users--
		r.leave()
	})}, nil
}

// leave removes the folder if it is over and nobody uses it any more. The mutex is held.
func (r *folderRound) leave() {
	if r.over && r.users == 0 {
		_ = os.RemoveAll(r.dir) // what cannot be removed is in the folder for temporary files
	}
}

// Empty has all files go, those in use as soon as they are not. Whoever uses the folder next gets a new one.
func (f *Folder) Empty() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r := f.now; r != nil {
		f.now, r.over = nil, true
		r.cancel()
		r.leave()
	}
}

// Cut ends the Ctx of all uses, which stay.
func (f *Folder) Cut() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.now != nil {
		f.now.cancel()
	}
}

// Close is Empty for good.
func (f *Folder) Close() {
	f.Empty()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
}
