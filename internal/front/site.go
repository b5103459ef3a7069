package front

// What all requests to one GitLab have in common.

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/outside"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// APIPrefix is where the REST API is, below the base path.
const APIPrefix = "/api/v4"

// Site is what all requests to one GitLab have in common.
type Site struct {
	State    *world.State
	BasePath string // of a GitLab under a relative URL: "/gitlab"
	// Protocol chooses the protocol of a request by its path below the base path; nil: it is for none.
	Protocol func(path string) Protocol
	// Added finds what else is served below the API's path, by whoever embeds this GitLab; never nil.
	Added func(method, path string) *Served
	// Meant says for a person what was probably meant by a request that nothing serves.
	Meant func(method, path string) string
	// LongPolling is how long a request for a job waits for one, in real time; 0: not at all.
	LongPolling time.Duration
	Closing     <-chan struct{} // closed when this GitLab ends: whoever waits, let go
	// Files is where this GitLab keeps files on disk.
	Files *outside.Folder
	// Environment is what the name of a job's environment comes to, with its references to variables.
	Environment func(*Request, *world.Job) string
	// TestWebhook calls a webhook, with no lock held, and returns status and body of the answer; 0 and why there is none.
	TestWebhook func(context.Context, world.Notice) (status int, text string)

	bodies     bodies     // of its answers
	laterRoles laterRoles // of its version
}

// Served is an endpoint that is no route of this GitLab's.
type Served struct {
	Endpoint string
	Vars     map[string]string // path parameters, decoded
	Answer   func(*Request) Response
}

// Below is the part of a path below another one, which ends where a segment ends.
func Below(prefix, path string) (below string, inside bool) {
	below, inside = strings.CutPrefix(path, prefix)
	if !inside || below != "" && below[0] != '/' {
		return "", false
	}
	return below, true
}

// BelowAPI is the part of a path, which is below the base path, below /api/v4.
func BelowAPI(path string) (below string, inAPI bool) { return Below(APIPrefix, path) }

// BelowBase is the part of a path below the base path; what is not below it is nothing of this GitLab's.
func (s *Site) BelowBase(path string) (below string, inside bool) { return Below(s.BasePath, path) }

// Unserved says of a request that nothing serves what was probably meant.
func (s *Site) Unserved(method, path string) string {
	if _, inside := s.BelowBase(path); !inside {
		return fmt.Sprintf("nothing serves %s %s; this GitLab is below %s", method, path, s.BasePath)
	}
	if s.Meant == nil {
		return fmt.Sprintf("nothing serves %s %s", method, path)
	}
	return s.Meant(method, path)
}
