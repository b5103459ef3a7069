package fakegitlab

import (
	"fmt"

	"github.com/fakegitlab/fakegitlab/internal/journal"
)

// Fake is a stand-in until the real one is merged.
type Fake struct {
	log       journal.Log[Call]
	endpoints []Endpoint
	world     Scenario
	misused   []string
}

// Scenario is a stand-in until the real one is merged.
type Scenario struct {
	Settings     Settings
	Users        []User
	AccessTokens []AccessToken
	Groups       []Group
	Projects     []Project
	Runners      []Runner
	Jobs         []Job
}

func (f *Fake) Endpoints() []Endpoint { return f.endpoints }
func (f *Fake) Snapshot() Scenario    { return f.world }
func (f *Fake) Runners() []Runner     { return f.world.Runners }

func (f *Fake) User(username string) (User, bool) {
	for _, u := range f.world.Users {
		if u.Username == username {
			return u, true
		}
	}
	return User{}, false
}

func (f *Fake) Runner(id int) (Runner, bool) {
	for _, r := range f.world.Runners {
		if r.ID == id {
			return r, true
		}
	}
	return Runner{}, false
}

func (f *Fake) Job(id int) (Job, bool) {
	for _, j := range f.world.Jobs {
		if j.ID == id {
			return j, true
		}
	}
	return Job{}, false
}

// misuse fails the test (New) or panics (Start).
func (f *Fake) misuse(format string, args ...any) {
	f.misused = append(f.misused, fmt.Sprintf(format, args...))
}
