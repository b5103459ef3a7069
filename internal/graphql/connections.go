package graphql

// Lists in pages (lib/gitlab/graphql/pagination/keyset/connection.rb, graphql-ruby's array_connection.rb). What GitLab
// reads from a table is paged by keys: the cursor is the values that the list is ordered by. What it has as a list in
// memory is paged by place: the cursor is a number from 1.

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// maxPage is how many items a page has at most, and if nothing is asked for (app/graphql/gitlab_schema.rb).
const maxPage = 100

// window is the page that arguments ask for.
type window struct {
	first, last   *int // both nil: the first page
	after, before string
}

func windowOf(a args) window {
	number := func(name string) *int {
		n, given := a[name].(int)
		if !given {
			return nil
		}
		n = min(max(n, 0), maxPage)
		return &n
	}
	w := window{first: number("first"), last: number("last")}
	w.after, _ = a["after"].(string)
	w.before, _ = a["before"].(string)
	if w.first == nil && w.last == nil {
		size := maxPage
		w.first = &size
	}
	return w
}

// connection is a list of which a page is shown. The page is looked for when a field asks for it: GitLab tells then
// what is wrong with the arguments.
type connection struct {
	total int // all items, also those that the user does not see
	find  func() (page, error)
	found *page
}

// page is what is shown of a list.
type page struct {
	nodes       []any
	cursors     []string
	hasPrevious bool
	hasNext     bool
}

// edge is one item with its cursor.
type edge struct {
	cursor string
	node   any
}

// FieldValue reads the fields that every type of edge has.
func (e edge) FieldValue(name string) (any, bool) {
	switch name {
	case "cursor":
		return e.cursor, true
	case "node":
		return e.node, true
	}
	return nil, false
}

func (n *connection) page() (page, error) {
	if n.found == nil {
		p, err := n.find()
		if err != nil {
			return p, err
		}
		n.found = &p
	}
	return *n.found, nil
}

// connectionTypes are the types of connections that tell how many items they have.
var connectionTypes = []string{"CiRunnerConnection", "CiRunnerManagerConnection", "CiJobConnection",
	"CiJobInterfaceConnection", "PipelineConnection", "PipelineScheduleConnection", "PipelineTriggerConnection",
	"ProjectConnection", "TestSuiteSummaryConnection", "TestCaseConnection"}

// uncountedTypes are the other types of connections.
var uncountedTypes = []string{"GroupConnection", "CiStageConnection", "CiGroupConnection", "CiBuildNeedConnection",
	"JobNeedUnionConnection", "CiJobArtifactConnection", "CiManualVariableConnection", "PipelineManualVariableConnection",
	"PipelineScheduleVariableConnection", "CiInputsFieldConnection", "CiJobTokenAccessibleGroupConnection",
	"CiJobTokenAccessibleProjectConnection", "EnvironmentConnection", "DeploymentConnection"}

// connectionRows are the fields of all types of connections, and of PageInfo.
func connectionRows() map[string]rows {
	onPage := func(read func(page) any) field {
		return asked(func(_ *call, _ *exec, n *connection, _ args) (any, error) {
			p, err := n.page()
			if err != nil {
				return nil, err
			}
			return read(p), nil
		})
	}
	end := func(at func(page) int) field {
		return onPage(func(p page) any {
			if len(p.cursors) == 0 {
				return nil
			}
			return p.cursors[at(p)]
		})
	}
	shared := rows{
		"count": asked(countUpTo),
		"nodes": onPage(func(p page) any { return p.nodes }),
		"edges": onPage(func(p page) any {
			edges := make([]edge, len(p.nodes))
			for i, node := range p.nodes {
				edges[i] = edge{p.cursors[i], node}
			}
			return edges
		}),
		"pageInfo": of(func(_ *call, n *connection) any { return n }),
	}
	limited, uncounted := maps.Clone(shared), maps.Clone(shared)
	limited["count"] = asked(limitedCount)
	all := map[string]rows{"PageInfo": {
		"hasNextPage":     onPage(func(p page) any { return p.hasNext }),
		"hasPreviousPage": onPage(func(p page) any { return p.hasPrevious }),
		"startCursor":     end(func(page) int { return 0 }),
		"endCursor":       end(func(p page) int { return len(p.cursors) - 1 }),
	}}
	for _, name := range connectionTypes {
		all[name] = shared
	}
	all["CiJobConnection"], all["CiJobInterfaceConnection"] = limited, limited
	delete(uncounted, "count")
	for _, name := range uncountedTypes {
		all[name] = uncounted
	}
	return all
}

// countUpTo counts all items or, if a limit is given, up to one more than that
// (app/graphql/types/countable_connection_type.rb).
func countUpTo(_ *call, _ *exec, n *connection, a args) (any, error) {
	if limit, given := a["limit"].(int); given {
		return min(n.total, limit+1), nil
	}
	return n.total, nil
}

// mostCounted is how far jobs are counted (app/graphql/types/limited_countable_connection_type.rb).
const mostCounted = 1000

// limitedCount counts jobs, up to one more than the limit.
func limitedCount(_ *call, _ *exec, n *connection, a args) (any, error) {
	limit, _ := a["limit"].(int)
	switch {
	case limit <= 0:
		return nil, failure(msgLimitTooLow)
	case limit > mostCounted:
		return nil, failuref(msgfLimitTooBig, mostCounted)
	}
	return min(n.total, limit+1), nil
}

// seen tells whether the user sees an item of a list; what is not seen is left out of its page.
type seen[T any] func(T) policy.Decision

// visible takes what the user does not see off a page, and what a fine-grained token does not open.
func visible[T any](x *exec, items []T, cursors []string, may seen[T]) (nodes []any, kept []string) {
	for i, item := range items {
		d := may(item)
		if d.Allowed {
			d = callOf(x).opens(item)
		}
		if !d.Allowed {
			x.Note(d.Reason)
			continue
		}
		nodes, kept = append(nodes, item), append(kept, cursors[i])
	}
	return nodes, kept
}

// byPlace is the connection of a list that GitLab has in memory.
func byPlace[T any](x *exec, items []T, a args, may seen[T]) *connection {
	w := windowOf(a)
	return &connection{total: len(items), find: func() (page, error) {
		after, err := w.place(w.after)
		if err != nil {
			return page{}, err
		}
		before, err := w.place(w.before)
		if err != nil {
			return page{}, err
		}
		var p page
		from, to := min(max(after, 0), len(items)), len(items)
		if w.before != "" {
			to = min(max(before-1, from), len(items))
			p.hasNext = before < len(items)+1
		} else if w.first != nil {
			p.hasNext = to-from > *w.first
		}
		if w.last != nil {
			p.hasPrevious = to-from > *w.last
		} else {
			p.hasPrevious = after > 0
		}
		if w.first != nil {
			to = min(to, from+*w.first)
		}
		if w.last != nil {
			from = max(from, to-*w.last)
		}
		var cursors []string
		for i := range items[from:to] {
			cursors = append(cursors, encode64(strconv.Itoa(from+i+1)))
		}
		p.nodes, p.cursors = visible(x, items[from:to], cursors, may)
		return p, nil
	}}
}

// place is the number that a cursor of a list in memory is; 0 for what is none, as in Ruby.
func (w window) place(cursor string) (int, error) {
	decoded, err := decode64(cursor)
	if err != nil {
		return 0, failuref(msgfBadBase64, cursor)
	}
	n, _ := strconv.Atoi(decoded)
	return n, nil
}

func encode64(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// key is what rows are ordered by: a time, which is zero for null, and the id.
type key struct {
	at time.Time
	id int
}

// order is how rows are ordered: by a column that is a time, if one is named, then by id. Null comes after every time.
// Unless the order is by id alone, the id goes down whatever the column does
// (lib/gitlab/pagination/keyset/simple_order_builder.rb).
type order struct {
	column    string
	ascending bool // of the column or, without one, of the id
}

func (o order) compare(a, b key) int {
	if o.column == "" {
		if o.ascending {
			return cmp.Compare(a.id, b.id)
		}
		return cmp.Compare(b.id, a.id)
	}
	byTime := a.at.Compare(b.at)
	if a.at.IsZero() != b.at.IsZero() {
		byTime = -byTime
	}
	if !o.ascending {
		byTime = -byTime
	}
	return cmp.Or(byTime, cmp.Compare(b.id, a.id))
}

// idColumn is the column of ids.
const idColumn = "id"

// cursor writes the place of a row.
func (o order) cursor(k key) string {
	id := `"` + idColumn + `":"` + strconv.Itoa(k.id) + `"}`
	switch {
	case o.column == "":
		return encode64("{" + id)
	case k.at.IsZero():
		return encode64(`{"` + o.column + `":null,` + id)
	}
	return encode64(`{"` + o.column + `":"` + k.at.UTC().Format(front.CursorTime) + `",` + id)
}

// parse reads a cursor.
func (o order) parse(cursor string) (k key, err error) {
	decoded, err := decode64(cursor)
	if err != nil {
		return k, failuref(msgfBadBase64, cursor)
	}
	var values map[string]*string
	_ = json.Unmarshal([]byte(decoded), &values) // nothing is read of what is no JSON, and "" of what is no text
	if values[idColumn] == nil {
		return k, failure(msgBadCursor)
	}
	if k.id, err = strconv.Atoi(*values[idColumn]); err != nil {
		return k, failure(msgBadCursor)
	}
	if at := values[o.column]; at != nil && o.column != "" {
		if k.at, err = time.Parse(front.CursorTime, *at); err != nil {
			return k, failure(msgBadCursor)
		}
	}
	return k, nil
}

// byKeys is the connection of rows of a table. The rows may come in any order; they are not changed.
func byKeys[T any](x *exec, items []T, o order, keyOf func(T) key, a args, may seen[T]) *connection {
	w := windowOf(a)
	return &connection{total: len(items), find: func() (page, error) {
		if w.first != nil && w.last != nil {
			return page{}, failure(msgFirstAndLast)
		}
		compare := func(a, b T) int { return o.compare(keyOf(a), keyOf(b)) }
		if !slices.IsSortedFunc(items, compare) {
			items = slices.Clone(items)
			slices.SortStableFunc(items, compare)
		}
		from, to := 0, len(items)
		if w.after != "" {
			k, err := o.parse(w.after)
			if err != nil {
				return page{}, err
			}
			from, _ = slices.BinarySearchFunc(items, k, func(row T, k key) int {
				return cmp.Or(o.compare(keyOf(row), k), -1) // behind all rows at the cursor
			})
		}
		if w.before != "" {
			k, err := o.parse(w.before)
			if err != nil {
				return page{}, err
			}
			to, _ = slices.BinarySearchFunc(items, k, func(row T, k key) int { return o.compare(keyOf(row), k) })
			to = max(to, from)
		}
		p := page{hasPrevious: w.after != "", hasNext: w.before != ""}
		if w.last != nil {
			p.hasPrevious = p.hasPrevious || to-from > *w.last
			from = max(from, to-*w.last)
		} else {
			p.hasNext = p.hasNext || to-from > *w.first
			to = min(to, from+*w.first)
		}
		var cursors []string
		for _, row := range items[from:to] {
			cursors = append(cursors, o.cursor(keyOf(row)))
		}
		p.nodes, p.cursors = visible(x, items[from:to], cursors, may)
		return p, nil
	}}
}

// newestFirst is the order of jobs, pipelines and projects.
var newestFirst = order{}

func jobKey(j *world.Job) key           { return key{id: j.ID} }
func projectKey(p *world.Project) key   { return key{id: p.ID} }
func pipelineKey(p *world.Pipeline) key { return key{id: p.ID} }
func anything[T any](T) policy.Decision { return policy.Decision{Allowed: true} }
