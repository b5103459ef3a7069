package front

// Requests with no other parameters than those of their path, as most are that are sent again and again.

import (
	"net/http"
	"sync/atomic"

	"github.com/fakegitlab/fakegitlab/internal/params"
)

// pathAlone remembers what the parameters of a path come to by themselves. Path and route are those that it is found
// by; the version is that of the GitLab.
type pathAlone struct{ read atomic.Pointer[readPath] }

// readPath are parameters as sent and, if they are as the route declares them, as the handler gets them. Requests share
// them and nobody changes them.
type readPath struct {
	tree    params.Tree
	valid   bool
	values  params.Values
	all     map[string]any
	ignored []string
}

// readPathAlone reads the parameters of a request that has them in its path alone, and reports whether it has.
func (q *Request) readPathAlone() bool {
	if q.alone == nil || q.HTTP.URL.RawQuery != "" || q.HTTP.Body != http.NoBody || q.route.Reads != nil ||
		q.route.Streams != nil || q.route.Rails {
		q.alone = nil
		return false
	}
	known := q.alone.read.Load()
	if known == nil {
		tree, err := params.Parse(params.Input{Path: q.Vars})
		if err != nil {
			return false
		}
		known = &readPath{tree: tree}
		var problems []string
		known.values, problems = q.route.declared(q.Version).Validate(tree)
		known.valid, known.all, known.ignored = len(problems) == 0, known.values.All(), known.values.Ignored()
		q.alone.read.Store(known)
	}
	q.tree, q.Record.Params = known.tree, known.tree
	return true
}

// validatePathAlone is validate for what readPathAlone has read, if nothing is wrong with it.
func (q *Request) validatePathAlone() bool {
	if q.alone == nil {
		return false
	}
	known := q.alone.read.Load()
	if known == nil || !known.valid {
		return false
	}
	q.Params, q.validated = known.values, true
	q.Record.Params, q.Record.IgnoredParams = known.all, known.ignored
	return true
}
