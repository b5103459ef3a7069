package fakegitlab

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
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
	Now          time.Time
	Settings     Settings
	Users        pageList[User]
	Groups       pageList[Group]
	Projects     pageList[Project]
	Runners      pageList[pageRunner]
	Jobs         pageList[Job]
	Calls        pageList[pageCall]
	Waiting      []int
	Failures     []failureState
}

// pageList is the part of a list that is shown.
type pageList[T any] struct {
	Rows  []T
	Total int
}

// More is how many rows are not shown.
func (l pageList[T]) More() int { return l.Total - len(l.Rows) }

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

func firstRows[R record, T any](t table[R], show func(R) T) pageList[T] {
	return pageList[T]{copies(t.rows[:min(pageRows, len(t.rows))], show), len(t.rows)}
}

func (c *control) page() response {
	v := read(c.Fake, func(st *state) pageView {
		return pageView{
			Settings: cloneSettings(st.settings),
			Users:    firstRows(st.users, (*user).public),
			Groups:   firstRows(st.groups, (*group).public),
			Projects: firstRows(st.projects, (*project).public),
			Runners:  firstRows(st.runners, st.pageRunner),
			Jobs:     firstRows(st.jobs, (*job).outline), // a copy of every log each second would be felt
		}
	})
	v.Version, v.URL, v.Now, v.Failures = c.Version(), c.URL(), c.Now().UTC(), c.failureStates()
	calls := c.log.Closed()
	v.Calls.Total, v.Waiting = len(calls), c.log.StillOpen()
	for _, call := range slices.Backward(calls[max(0, len(calls)-pageRows):]) { // the newest first
		v.Calls.Rows = append(v.Calls.Rows, pageCall{call})
	}
	var page bytes.Buffer
	if err := pageTemplate().Execute(&page, v); err != nil {
		return refuseError(http.StatusInternalServerError, err.Error())
	}
	return response{status: http.StatusOK, text: page.String(), contentType: "text/html; charset=utf-8"}.
		with("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'").
		with("X-Content-Type-Options", "nosniff")
}

func (st *state) pageRunner(r *runner) pageRunner {
	shown := pageRunner{Runner: r.public(), Status: st.runnerStatus(r)}
	for _, m := range r.managers {
		shown.Managers = append(shown.Managers, pageManager{m.RunnerManager, st.status(m.CreatedAt, m.ContactedAt, st.staleBefore())})
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
