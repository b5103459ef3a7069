package controlpage

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

// Settings are the instance's settings.
type Settings struct {
	RegistrationToken          string `json:"registration_token"`
	RegistrationTokensDisabled bool   `json:"registration_tokens_disabled"`
	AdminMode                  bool   `json:"admin_mode"`
	RateLimit                  struct {
		Requests int             `json:"requests"`
		Per      json.RawMessage `json:"per"`
	} `json:"rate_limit"`
}

// RatePer is in which time the rate limit lets its requests through.
func (s Settings) RatePer() string { return strings.Trim(string(s.RateLimit.Per), `"`) }

// Members are members with the words of their roles.
type Members map[string]string

// Member is one of them.
type Member struct{ Name, Role string }

// Sorted are the members, the highest role first.
func (m Members) Sorted() []Member {
	var sorted []Member
	for _, name := range slices.Sorted(maps.Keys(m)) {
		sorted = append(sorted, Member{name, m[name]})
	}
	ranks := []string{"owner", "maintainer", "developer"} // the others may do little
	rank := func(role string) int {
		if i := slices.Index(ranks, role); i >= 0 {
			return i
		}
		return len(ranks)
	}
	slices.SortStableFunc(sorted, func(a, b Member) int { return rank(a.Role) - rank(b.Role) })
	return sorted
}

// User is a row of the users.
type User struct {
	ID       int    `json:"id"`
	Username string `json:"username"`
	Name     string `json:"name"`
	State    string `json:"state"`
	Admin    bool   `json:"admin"`
	Auditor  bool   `json:"auditor"`
	External bool   `json:"external"`
	Bot      bool   `json:"bot"`
}

// Words are what the user is found by.
func (u User) Words() []string { return []string{strconv.Itoa(u.ID), u.Username, u.Name, u.State} }

// Space is a row of the groups or projects.
type Space struct {
	ID         int     `json:"id"`
	Path       string  `json:"path"`
	Visibility string  `json:"visibility"`
	Archived   bool    `json:"archived"`
	Members    Members `json:"members"`
}

// Words are what the group or project is found by.
func (s Space) Words() []string {
	return append(slices.Collect(maps.Keys(s.Members)), strconv.Itoa(s.ID), s.Path, s.Visibility)
}

// Runner is a row of the runners, and the head of the page of one.
type Runner struct {
	ID           int       `json:"id"`
	Type         string    `json:"runner_type"`
	Group        string    `json:"group"`
	Projects     []string  `json:"projects"`
	Description  string    `json:"description"`
	Paused       bool      `json:"paused"`
	Locked       bool      `json:"locked"`
	RunUntagged  *bool     `json:"run_untagged"`
	AccessLevel  string    `json:"access_level"`
	Tags         []string  `json:"tag_list"`
	Token        string    `json:"token"`
	TokenExpires time.Time `json:"token_expires_at"`
	Contacted    time.Time `json:"contacted_at"`
	Managers     []Manager `json:"managers"`
	Status       string    `json:"-"` // depends on the time, as do those of the managers
}

// Manager is one of a runner's machines.
type Manager struct {
	SystemID     string    `json:"system_id"`
	Version      string    `json:"version"`
	Platform     string    `json:"platform"`
	Architecture string    `json:"architecture"`
	Executor     string    `json:"executor"`
	IPAddress    string    `json:"ip_address"`
	Contacted    time.Time `json:"contacted_at"`
	Status       string    `json:"-"`
}

// RunnerOf is a runner with its status and those of its managers.
func RunnerOf(record any, status string, managers []string) Runner {
	r := Of[Runner](record)
	r.Status = status
	for i := range min(len(r.Managers), len(managers)) {
		r.Managers[i].Status = managers[i]
	}
	return r
}

// Serves is whom the runner serves.
func (r Runner) Serves() string {
	switch {
	case r.Type == "instance_type":
		return "the instance"
	case r.Group != "":
		return r.Group
	case len(r.Projects) > 0:
		return strings.Join(r.Projects, ", ")
	}
	return "nothing: orphaned"
}

// Refuses are the jobs that the runner does not take, for all its tags.
func (r Runner) Refuses() []string {
	var refused []string
	if r.RunUntagged != nil && !*r.RunUntagged {
		refused = append(refused, "not untagged")
	}
	if r.AccessLevel == "ref_protected" {
		refused = append(refused, "protected refs alone")
	}
	return refused
}

// Words are what the runner is found by.
func (r Runner) Words() []string {
	words := append(slices.Clone(r.Tags), strconv.Itoa(r.ID), r.Description, r.Status, r.Serves(), r.Token)
	for _, m := range r.Managers {
		words = append(words, m.SystemID, m.Version)
	}
	if r.Paused {
		words = append(words, "paused")
	}
	return words
}

// Job is a row of the jobs, and the head of the page of one.
type Job struct {
	ID            int      `json:"id"`
	Name          string   `json:"name"`
	Project       string   `json:"project"`
	Stage         string   `json:"stage"`
	Ref           string   `json:"ref"`
	Status        string   `json:"status"`
	FailureReason string   `json:"failure_reason"`
	Tags          []string `json:"tag_list"`
	RunnerID      int      `json:"runner_id"` // 0 while no runner has it
	SystemID      string   `json:"system_id"`
	PipelineID    int      `json:"pipeline_id"`
}

// Words are what the job is found by.
func (j Job) Words() []string {
	return append(slices.Clone(j.Tags), strconv.Itoa(j.ID), j.Name, j.Project, j.Stage, j.Ref, j.Status, j.FailureReason,
		strconv.Itoa(j.RunnerID), j.SystemID)
}

// Of is a row with what it shows of a record, by the names that scenarios have for it. The pages live from the JSON of
// a record, and not from copies field by field, because that is the record's public form already.
func Of[T any](record any) (row T) {
	if text, err := json.Marshal(record); err == nil { // what has no JSON, such as a time in the year 10000, stays empty
		_ = json.Unmarshal(text, &row)
	}
	return row
}

// Field is a field of a record, by the name that scenarios have for it.
type Field struct {
	Name, Value string
	Long        bool // it has several lines
}

// Fields are the fields of a record that are set, but for some.
func Fields(record any, but ...string) []Field {
	text, err := json.Marshal(record)
	if err != nil {
		return []Field{{Name: "it has no JSON", Value: err.Error()}}
	}
	names, values, err := datajson.Object(text)
	if err != nil {
		return []Field{{Name: "it is no record", Value: err.Error()}}
	}
	var fields []Field
	for _, name := range names {
		if slices.Contains(but, name) {
			continue
		}
		f := Field{Name: name, Value: pretty(values[name])}
		var plain string
		if json.Unmarshal(values[name], &plain) == nil {
			f.Value = plain
		}
		f.Long = strings.Contains(f.Value, "\n")
		fields = append(fields, f)
	}
	return fields
}

// toneOf is the colour of a status, as the style sheet names it.
func toneOf(status string) string {
	switch status {
	case "online", "success":
		return "good"
	case "running", "pending", "preparing", "canceling":
		return "busy"
	case "offline", "canceled", "manual", "scheduled", "waiting_for_resource":
		return "warn"
	case "stale", "failed":
		return "bad"
	}
	return "quiet"
}
