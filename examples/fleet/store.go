package fleet

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// Runner is what the fleet remembers of one of its runners. GitLab shows the token once, to whoever made it, and never
// again.
type Runner struct {
	ID    int64
	Token string
	// RotateAt is when the token is to be replaced.
	RotateAt time.Time
}

// Store is the fleet's memory, from which the machines get their tokens. This one forgets when the program ends; a real
// one is a table or a file. Its methods may be called concurrently; the zero value is empty.
type Store struct {
	mu      sync.Mutex
	runners map[int64]Runner
}

// Runners are all runners of the fleet, by ID.
func (s *Store) Runners() []Runner {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.runners), func(a, b Runner) int { return int(a.ID - b.ID) })
}

// Save replaces all that is remembered.
func (s *Store) Save(runners []Runner) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runners = map[int64]Runner{}
	for _, r := range runners {
		s.runners[r.ID] = r
	}
}

// Put remembers a runner, in place of what was known of it.
func (s *Store) Put(r Runner) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.runners == nil {
		s.runners = map[int64]Runner{}
	}
	s.runners[r.ID] = r
}

// Forget removes a runner from the store.
func (s *Store) Forget(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.runners, id)
}

// Config says what a fleet is to be.
type Config struct {
	// Name is that of the fleet; its runners carry it in their descriptions, and one manager alone looks after them.
	Name        string
	ProjectID   int64         // the project that the runners work for
	Size        int           // how many there are to be
	RotateEvery time.Duration // how long a token is used
}
