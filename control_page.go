package fakegitlab

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed control_page.html
var pageSource string

// pageTemplate is the page's template. It never changes.
var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Funcs(template.FuncMap{
		"ago": ago, "join": strings.Join, "members": membersText, "class": statusClass, "text": pageText,
	}).Parse(pageSource))
})

// pageRows is how many records of a kind the page shows: it is for a person, and is made anew every second.
const pageRows = 200

// pageView is what the page shows, copied out of the state at one moment.
type pageView struct {
	Version, URL string
	Find         string // what was looked for, in lower case; "" is everything
	Now          time.Time
	Settings     Settings
	Users        pageList[User]
	Groups       pageList[Group]
	Projects     pageList[Project]
	Runners      pageList[pageRunner]
	Jobs         pageList[Job]
	Calls        pageList[pageCall]
	Waiting      []called
	Failures     []failureState
	Holds        []holdState
}

// pageList is the part of a list that is shown.
type pageList[T any] struct {
	Rows         []T
	Found, Total int // how many there are of what was looked for, and at all
}

// More is how many rows are not shown, of what was looked for.
func (l pageList[T]) More() int { return l.Found - len(l.Rows) }

type pageRunner struct {
	Runner
	Status   RunnerStatus
	Managers []pageManager
}

// Serves is whom the runner serves.
func (r pageRunner) Serves() string {
	switch {
	case r.Type == InstanceRunner:
		return "the instance"
	case r.Group != "":
		return r.Group
	case len(r.Projects) > 0:
		return strings.Join(r.Projects, ", ")
	}
	return "nothing: orphaned"
}

// Refuses are the jobs that it does not take, for all its tags.
func (r pageRunner) Refuses() []string {
	var jobs []string
	if r.RunUntagged != nil && !*r.RunUntagged {
		jobs = append(jobs, "not untagged")
	}
	if r.AccessLevel == RefProtected {
		jobs = append(jobs, "protected refs alone")
	}
	return jobs
}

type pageManager struct {
	RunnerManager
	Status RunnerStatus
}

type pageCall struct{ Call }

// Line is the call without its number and answer, which have columns of their own.
func (c pageCall) Line() string {
	_, line, _ := strings.Cut(c.request(), " ")
	return shortenTokens(line)
}

// Sent is what was sent in query and body, on one line and not too long.
func (c pageCall) Sent() string {
	text := shortenTokens(c.sent())
	if short := []rune(text); len(short) > pageSent {
		return string(short[:pageSent]) + "…"
	}
	return text
}

// sent is query and body as they came: Params has GitLab's defaults, too.
func (c pageCall) sent() string {
	var sent []string
	pairs := func(values url.Values) {
		for _, name := range slices.Sorted(maps.Keys(values)) {
			for _, value := range values[name] {
				sent = append(sent, name+"="+value)
			}
		}
	}
	pairs(c.Query)
	text, isText := bodyData(c.Body).(string)
	switch kind, _, _ := mime.ParseMediaType(c.Header.Get("Content-Type")); {
	case !isText || kind == "multipart/form-data":
	case kind == "application/x-www-form-urlencoded":
		form, _ := url.ParseQuery(text)
		pairs(form)
	default:
		sent = append(sent, text)
	}
	return strings.Join(strings.Fields(strings.Join(sent, " ")), " ")
}

// Who is who called.
func (c pageCall) Who() string { return c.actor() }

// Answer is the status, or that there was none.
func (c pageCall) Answer() string { return c.answer() }

// Notes are what the journal says besides.
func (c pageCall) Notes() []string {
	var notes []string
	if c.Reason != "" {
		notes = append(notes, c.Reason)
	}
	if c.Failure && c.Reason == "" {
		notes = append(notes, "an injected Failure answered")
	}
	if len(c.IgnoredParams) > 0 {
		notes = append(notes, "nothing reads "+ignoredText(c.Call))
	}
	for i := range notes {
		notes[i] = shortenTokens(notes[i])
	}
	return notes
}

// Class colours the status.
func (c pageCall) Class() string {
	switch {
	case c.Status == 0 || c.Status >= 500:
		return "bad"
	case c.Status >= 400:
		return "warn"
	}
	return "good"
}

// firstRows are the first rows of a table of which a word contains what is looked for.
func firstRows[R record, T any](t table[R], find string, show func(R) T, words func(T) []string) pageList[T] {
	list := pageList[T]{Total: len(t.rows)}
	if find == "" {
		list.Rows, list.Found = copies(t.rows[:min(pageRows, len(t.rows))], show), len(t.rows)
		return list
	}
	for _, row := range t.rows {
		if shown := show(row); isFound(find, words(shown)) {
			list.add(shown)
		}
	}
	return list
}

// add counts a row that was found, and keeps it while there is room.
func (l *pageList[T]) add(row T) {
	if l.Found++; len(l.Rows) < pageRows {
		l.Rows = append(l.Rows, row)
	}
}

// isFound reports whether one of the words contains what is looked for, which is in lower case.
func isFound(find string, words []string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(strings.ToLower(word), find) })
}

func (c *control) page() response {
	query := c.http.URL.Query()
	if err := knownParameters(query, "find"); err != nil {
		return badControl(err)
	}
	find := strings.ToLower(strings.TrimSpace(query.Get("find")))
	v := read(c.Fake, func(st *state) pageView {
		return pageView{
			Settings: st.settings.clone(),
			Users: firstRows(st.users, find, publicUser, func(u User) []string {
				return []string{strconv.Itoa(u.ID), u.Username, u.Name, string(u.State)}
			}),
			Groups: firstRows(st.groups, find, publicGroup, func(g Group) []string {
				return append(slices.Collect(maps.Keys(g.Members)), strconv.Itoa(g.ID), g.Path)
			}),
			Projects: firstRows(st.projects, find, publicProject, func(p Project) []string {
				return append(slices.Collect(maps.Keys(p.Members)), strconv.Itoa(p.ID), p.Path)
			}),
			Runners: firstRows(st.runners, find, st.pageRunner, pageRunner.words),
			Jobs: firstRows(st.jobs, find, outlineOf, func(j Job) []string { // a copy of every log each second would be felt
				return append(slices.Clone(j.Tags), strconv.Itoa(j.ID), j.Name, j.Project, string(j.Status), strconv.Itoa(j.RunnerID), j.SystemID)
			}),
		}
	})
	v.Find, v.Version, v.URL, v.Now, v.Failures = find, c.Version(), c.URL(), c.Now().UTC(), c.failureStates()
	v.Holds = c.holdStates()
	v.Calls, v.Waiting = c.pageCalls(find)
	var page bytes.Buffer
	if err := pageTemplate().Execute(&page, v); err != nil {
		return refuseError(http.StatusInternalServerError, err.Error())
	}
	return response{status: http.StatusOK, text: page.String(), contentType: "text/html; charset=utf-8"}.
		with("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'self'").
		with("X-Content-Type-Options", "nosniff")
}

// pageCalls are the calls, the newest first, and those that have no answer yet.
func (c *control) pageCalls(find string) (list pageList[pageCall], waiting []called) {
	open := c.log.StillOpen()
	waiting = slices.DeleteFunc(c.flight.list(), func(call called) bool { return !slices.Contains(open, call.number) })
	calls := c.log.Closed()
	list.Total = len(calls)
	for _, call := range slices.Backward(calls) {
		if shown := (pageCall{call}); find == "" || isFound(find, shown.words()) {
			list.add(shown)
		}
	}
	return list, waiting
}

// words are what a call is found by. They are asked of every call in the journal each second, so what is only for the eye is
// left out.
func (c pageCall) words() []string {
	return []string{c.request(), c.Path, c.sent(), c.Reason, c.actor(), c.answer()}
}

func (r pageRunner) words() []string {
	words := append(slices.Clone(r.Tags), strconv.Itoa(r.ID), r.Description, string(r.Status), r.Serves())
	for _, m := range r.Managers {
		words = append(words, m.SystemID, m.Version)
	}
	return words
}

func (st *state) pageRunner(r *runner) pageRunner {
	shown := pageRunner{Runner: publicRunner(r), Status: st.runnerStatus(r)}
	for _, m := range r.managers {
		shown.Managers = append(shown.Managers, pageManager{publicManager(m), st.status(m.CreatedAt, m.ContactedAt, st.staleBefore())})
	}
	return shown
}

// ago is a time as seen from now: "3 h ago".
func ago(now, t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	d, suffix := now.Sub(t), " ago"
	if d < 0 {
		d, suffix = -d, " ahead"
	}
	switch {
	case d < time.Second:
		return "now"
	case d < time.Minute:
		return fmt.Sprintf("%d s%s", d/time.Second, suffix)
	case d < time.Hour:
		return fmt.Sprintf("%d min%s", d/time.Minute, suffix)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h%s", d/time.Hour, suffix)
	}
	return fmt.Sprintf("%d days%s", d/(24*time.Hour), suffix)
}

// membersText is members with their roles, the highest role first.
func membersText(m Members) string {
	names := slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		if m[a] != m[b] {
			return int(m[b] - m[a])
		}
		return strings.Compare(a, b)
	})
	for i, name := range names {
		names[i] = name + " (" + m[name].String() + ")"
	}
	return strings.Join(names, ", ")
}

// statusClass colours a status.
func statusClass(status any) string {
	switch fmt.Sprint(status) {
	case string(Online), string(JobSuccess):
		return "good"
	case string(JobRunning), string(JobPending), string(JobPreparing), string(JobCanceling):
		return "busy"
	case string(Stale), string(JobFailed):
		return "bad"
	case string(Offline), string(JobCanceled):
		return "warn"
	}
	return "quiet"
}

// pageSent is the most that the page shows of the parameters in the list of calls, in characters.
const pageSent = 160

// pageBody is the most that the page shows of a body, in bytes.
const pageBody = 4096

// pageText is a body for a person.
func pageText(body []byte) string {
	if text, isText := bodyData(body).(string); isText {
		return shortenTokens(text[:min(pageBody, len(text))])
	}
	if len(body) == 0 {
		return ""
	}
	return fmt.Sprintf("%d bytes that are no text", len(body))
}
