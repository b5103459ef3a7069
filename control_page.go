package fakegitlab

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/controlpage"
	"github.com/fakegitlab/fakegitlab/internal/journal"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// pagePolicy is the page's Content-Security-Policy. It allows what the page needs and no more: its own style and
// script, and requests to the fake.
const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

func (c *control) page() controlAnswer {
	query := c.http.URL.Query()
	if err := knownParameters(query, "find"); err != nil {
		return controlError(err)
	}
	find := strings.ToLower(strings.TrimSpace(query.Get("find")))
	v := read(c.Fake, func(st *world.State) controlpage.View { return pageWorld(st, find) })
	v.Find, v.Version, v.URL, v.Now = find, c.Version(), c.URL(), c.Now().UTC()
	v.Calls, v.Waiting = c.pageCalls(find)
	for _, f := range c.failureStates() {
		v.Failures = append(v.Failures, controlpage.Failure(f))
	}
	for _, h := range c.holdStates() {
		hold := controlpage.Hold{ID: h.ID, Calls: h.Calls}
		if h.Call != nil {
			hold.First = h.Call.Number
		}
		v.Holds = append(v.Holds, hold)
	}
	html, err := v.HTML()
	if err != nil {
		return controlRefusal(http.StatusInternalServerError, err.Error())
	}
	page := controlText(html, "text/html; charset=utf-8")
	page.header = http.Header{"Content-Security-Policy": {pagePolicy}}
	return page
}

// pageWorld is the part of the page that shows the world.
func pageWorld(st *world.State, find string) controlpage.View {
	s := st.Settings
	return controlpage.View{
		Settings: controlpage.Settings{RegistrationToken: s.RegistrationToken, AdminMode: s.AdminMode,
			RegistrationTokensDisabled: s.RegistrationTokensDisabled, RateLimit: controlpage.RateLimit(s.RateLimit)},
		Users: controlpage.FirstRows(st.Users.Rows, find, func(u *world.User) controlpage.User {
			return pageUser(publicUser(u))
		}),
		Groups: controlpage.FirstRows(st.Groups.Rows, find, func(g *world.Group) controlpage.Group {
			return pageGroup(publicGroup(g))
		}),
		Projects: controlpage.FirstRows(st.Projects.Rows, find, func(p *world.Project) controlpage.Project {
			return pageProject(publicProject(p))
		}),
		Runners: controlpage.FirstRows(st.Runners.Rows, find, func(r *world.Runner) controlpage.Runner {
			row := pageRunner(publicRunner(r))
			row.Status = pageRunnerStatus(RunnerStatus(st.RunnerStatus(r)))
			for i, m := range r.Managers {
				row.Managers[i].Status = pageRunnerStatus(RunnerStatus(st.ManagerStatus(m)))
			}
			return row
		}),
		Jobs: controlpage.FirstRows(st.Jobs.Rows, find, func(j *world.Job) controlpage.Job {
			return pageJob(outlineOf(j)) // without its log: copying every log each second would be slow
		}),
	}
}

func pageUser(u User) controlpage.User {
	return controlpage.User{ID: u.ID, Username: u.Username, Name: u.Name, State: string(u.State),
		Admin: u.Admin, Auditor: u.Auditor, External: u.External}
}

func pageGroup(g Group) controlpage.Group {
	return controlpage.Group{ID: g.ID, Path: g.Path, Visibility: string(g.Visibility), Members: pageMembers(g.Members)}
}

func pageProject(p Project) controlpage.Project {
	return controlpage.Project{ID: p.ID, Path: p.Path, Visibility: string(p.Visibility), Archived: p.Archived,
		Members: pageMembers(p.Members)}
}

// pageMembers are members with their roles, the highest role first.
func pageMembers(m Members) []controlpage.Member {
	names := slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		if m[a] != m[b] {
			return int(m[b] - m[a])
		}
		return strings.Compare(a, b)
	})
	members := make([]controlpage.Member, len(names))
	for i, name := range names {
		members[i] = controlpage.Member{Name: name, Role: m[name].String()}
	}
	return members
}

// pageRunner is a runner without its status and those of its managers, which depend on the time.
func pageRunner(r Runner) controlpage.Runner {
	row := controlpage.Runner{ID: r.ID, Description: r.Description, Paused: r.Paused, Locked: r.Locked, Tags: r.Tags}
	switch {
	case r.Type == InstanceRunner:
		row.Serves = "the instance"
	case r.Group != "":
		row.Serves = r.Group
	case len(r.Projects) > 0:
		row.Serves = strings.Join(r.Projects, ", ")
	default:
		row.Serves = "nothing: orphaned"
	}
	if r.RunUntagged != nil && !*r.RunUntagged {
		row.Refuses = append(row.Refuses, "not untagged")
	}
	if r.AccessLevel == RefProtected {
		row.Refuses = append(row.Refuses, "protected refs alone")
	}
	for _, m := range r.Managers {
		row.Managers = append(row.Managers,
			controlpage.Manager{SystemID: m.SystemID, Version: m.Version, ContactedAt: m.ContactedAt})
	}
	return row
}

func pageRunnerStatus(s RunnerStatus) controlpage.Status {
	tone := controlpage.Quiet
	switch s {
	case Online:
		tone = controlpage.Good
	case Offline:
		tone = controlpage.Warn
	case Stale:
		tone = controlpage.Bad
	}
	return controlpage.Status{Text: string(s), Tone: tone}
}

func pageJob(j Job) controlpage.Job {
	tone := controlpage.Quiet
	switch j.Status {
	case JobSuccess:
		tone = controlpage.Good
	case JobRunning, JobPending, JobPreparing, JobCanceling:
		tone = controlpage.Busy
	case JobFailed:
		tone = controlpage.Bad
	case JobCanceled:
		tone = controlpage.Warn
	}
	return controlpage.Job{ID: j.ID, Name: j.Name, Project: j.Project, Stage: j.Stage, FailureReason: j.FailureReason,
		Status: controlpage.Status{Text: string(j.Status), Tone: tone}, Tags: j.Tags, RunnerID: j.RunnerID,
		SystemID: j.SystemID}
}

// pageCalls are the calls, the newest first, and those that have no answer yet.
func (c *control) pageCalls(find string) (list controlpage.List[controlpage.Call], waiting []string) {
	open := c.log.StillOpen()
	for _, call := range c.flight.List() {
		if slices.Contains(open, call.Number) {
			waiting = append(waiting, call.String())
		}
	}
	calls := c.log.Closed()
	list.Total = len(calls)
	for _, call := range slices.Backward(calls) {
		if shown := (pageCall{call}); find == "" || controlpage.IsFound(find, shown.words()) {
			list.Add(shown.row)
		}
	}
	return list, waiting
}

// pageCall is a call for the page.
type pageCall struct{ Call }

// words are the texts by which a call is found. They are made for every call of the journal each second, so they leave
// out what is only displayed.
func (c pageCall) words() []string {
	return []string{c.request(), c.Path, c.sent(), c.Reason, c.actor(), c.answer()}
}

func (c pageCall) row() controlpage.Call {
	_, line, _ := strings.Cut(c.request(), " ")
	tone := controlpage.Good
	switch {
	case c.Status == 0 || c.Status >= 500:
		tone = controlpage.Bad
	case c.Status >= 400:
		tone = controlpage.Warn
	}
	return controlpage.Call{Number: c.Number, Line: journal.ShortenTokens(line), Curl: c.Curl(),
		Body: pageText(c.ResponseBody), Sent: c.shortSent(), Who: c.actor(), Answer: c.answer(), Tone: tone, Notes: c.notes()}
}

// pageSent is how many characters of a call's parameters the page shows in the list of calls.
const pageSent = 160

// shortSent is what was sent in query and body, on one line and not too long.
func (c pageCall) shortSent() string {
	text := journal.ShortenTokens(c.sent())
	if short := []rune(text); len(short) > pageSent {
		return string(short[:pageSent]) + "…"
	}
	return text
}

// sent is query and body as they came, not Params, which also has GitLab's defaults.
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
	switch kind := params.MediaType(c.Header.Get("Content-Type")); {
	case !isText || kind == "multipart/form-data":
	case kind == "application/x-www-form-urlencoded":
		form, _ := url.ParseQuery(text)
		pairs(form)
	default:
		sent = append(sent, text)
	}
	return strings.Join(strings.Fields(strings.Join(sent, " ")), " ")
}

// notes are the remarks that the journal puts in brackets.
func (c pageCall) notes() []string {
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
		notes[i] = journal.ShortenTokens(notes[i])
	}
	return notes
}

// pageBody is the most that the page shows of a body, in bytes.
const pageBody = 4096

// pageText is a body for a person to read.
func pageText(body []byte) string {
	if text, isText := bodyData(body).(string); isText {
		return journal.ShortenTokens(text[:min(pageBody, len(text))])
	}
	if len(body) == 0 {
		return ""
	}
	return fmt.Sprintf("%d bytes that are no text", len(body))
}
