package controlapi

import (
	"cmp"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlab"
	"github.com/fakegitlab/fakegitlab/internal/nearest"
)

// Prefix is where the control API is, below the base path. GitLab keeps "/-/" for routes of its own and has no "fake"
// there.
const Prefix = "/-/fake"

// Table finds the row of a call. It is made when it is first asked and never changes. It is no sync.OnceValue, which
// would be made when the program starts: then Go's linker would keep the control API, and the page with html/template,
// in every program that uses the fake, instead of only in those that call WithControl.
type Table[R any] struct {
	once   sync.Once
	router *front.Router[R]
}

// Find returns the row of a call, and the parameters of its path. rows are all rows by their endpoints, the same each
// time.
func (t *Table[R]) Find(method, path string, rows iter.Seq2[string, R]) (row R, vars map[string]string, found bool) {
	t.once.Do(func() {
		t.router = front.NewRouter[R]()
		for endpoint, row := range rows {
			method, path := nearest.CutEndpoint(endpoint)
			t.router.Add(method, path, row)
		}
	})
	if method == http.MethodHead {
		method = http.MethodGet
	}
	return t.router.Find(method, path)
}

// Unserved says of a call that has no row what was probably meant. That is looked for below the prefix, where full
// paths stand as in GitLab's API.
func Unserved[R any](method, path string, rows iter.Seq2[string, R]) string {
	var served []string
	for endpoint := range rows {
		served = append(served, strings.Replace(endpoint, Prefix, "", 1))
	}
	meant := cmp.Or(siblings(method, strings.TrimPrefix(path, Prefix), served),
		gitlab.Meant(method, strings.TrimPrefix(path, Prefix), served))
	return "nothing serves " + method + " " + path + strings.ReplaceAll(meant, " /", " "+Prefix+"/")
}

// siblings names what can be done to a record, for a call that does something else to it: "POST /jobs/7/begin".
func siblings(method, path string, served []string) string {
	of, do := cutLast(path)
	kind, _ := cutLast(of)
	var can []string
	for _, endpoint := range served {
		m, pattern := nearest.CutEndpoint(endpoint)
		ofPattern, doing := cutLast(pattern)
		if itsKind, id := cutLast(ofPattern); m == method && itsKind == kind && strings.HasPrefix(id, ":") {
			can = append(can, doing)
		}
	}
	if len(can) < 2 || slices.Contains(can, do) {
		return ""
	}
	if _, near := nearest.Of(do, can); near {
		return ""
	}
	return fmt.Sprintf("; there are %s %s/%s", method, of, strings.Join(can, ", "))
}

// cutLast cuts a path before its last segment.
func cutLast(path string) (before, last string) {
	at := max(strings.LastIndex(path, "/"), 0)
	return path[:at], strings.TrimPrefix(path[at:], "/")
}
