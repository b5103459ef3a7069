// One way to run the conformance cases. It runs the conformance cases against the project through its public contract alone.
package fakegitlab_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	fg "github.com/fakegitlab/fakegitlab"
)

// omap is a JSON object that keeps the order of its keys.
type omap struct {
	keys []string
	vals map[string]json.RawMessage
}

func (m *omap) UnmarshalJSON(b []byte) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	if _, err := dec.Token(); err != nil {
		return err
	}
	m.vals = map[string]json.RawMessage{}
	for dec.More() {
		k, err := dec.Token()
		if err != nil {
			return err
		}
		var v json.RawMessage
		if err := dec.Decode(&v); err != nil {
			return err
		}
		m.set(k.(string), v)
	}
	return nil
}

func (m *omap) set(k string, v json.RawMessage) {
	if m.vals == nil {
		m.vals = map[string]json.RawMessage{}
	}
	if _, ok := m.vals[k]; !ok {
		m.keys = append(m.keys, k)
	}
	m.vals[k] = v
}

type world struct {
	Instance omap            `json:"instance"`
	Users    omap            `json:"users"`
	Tokens   omap            `json:"tokens"`
	Groups   omap            `json:"groups"`
	Projects omap            `json:"projects"`
	Runners  omap            `json:"runners"`
	Managers json.RawMessage `json:"managers"`
	Jobs     omap            `json:"jobs"`
}

type step struct {
	As      string `json:"as"`
	Request struct {
		Method, Path string
		AbsolutePath string                     `json:"absolute_path"`
		Query        map[string]any             `json:"query"`
		Form         map[string]any             `json:"form"`
		JSON         json.RawMessage            `json:"json"`
		Headers      map[string]string          `json:"headers"`
		Body         *string                    `json:"body"`
		Multipart    map[string]json.RawMessage `json:"multipart"`
	} `json:"request"`
	Expect struct {
		Status  int             `json:"status"`
		JSON    json.RawMessage `json:"json"`
		IDs     json.RawMessage `json:"ids"`
		Headers map[string]any  `json:"headers"`
		Body    *string         `json:"body"`
	} `json:"expect"`
}

type testCase struct {
	ID       string   `json:"id"`
	Needs    []string `json:"needs"`
	Versions *struct{ Since, Until, Exact string }
	World    *world `json:"world"`
	step
	Then []step `json:"then"`
}

type caseFile struct {
	World world      `json:"world"`
	Cases []testCase `json:"cases"`
}

func mergeMap(base, over omap, deep bool) omap {
	out := omap{}
	for _, k := range base.keys {
		out.set(k, base.vals[k])
	}
	for _, k := range over.keys {
		if deep {
			if b, ok := out.vals[k]; ok {
				var x, y omap
				if json.Unmarshal(b, &x) == nil && json.Unmarshal(over.vals[k], &y) == nil {
					for _, kk := range y.keys {
						x.set(kk, y.vals[kk])
					}
					m := map[string]json.RawMessage{}
					for kk, v := range x.vals {
						m[kk] = v
					}
					j, _ := json.Marshal(m)
					out.set(k, j)
					continue
				}
			}
		}
		out.set(k, over.vals[k])
	}
	return out
}

func merge(base world, over *world, deep bool) world {
	if over == nil {
		return base
	}
	w := world{
		Instance: mergeMap(base.Instance, over.Instance, false),
		Users:    mergeMap(base.Users, over.Users, deep),
		Tokens:   mergeMap(base.Tokens, over.Tokens, deep),
		Groups:   mergeMap(base.Groups, over.Groups, deep),
		Projects: mergeMap(base.Projects, over.Projects, deep),
		Runners:  mergeMap(base.Runners, over.Runners, deep),
		Jobs:     mergeMap(base.Jobs, over.Jobs, deep),
		Managers: base.Managers,
	}
	if len(over.Managers) > 0 {
		w.Managers = over.Managers
	}
	return w
}

var roles = map[string]fg.Role{"guest": fg.Guest, "planner": fg.Planner, "reporter": fg.Reporter, "developer": fg.Developer, "maintainer": fg.Maintainer, "owner": fg.Owner}

var relTime = regexp.MustCompile(`^(\d+)\s*(s|m|h|d) (ago|from now)$`)

func at(now time.Time, s any) time.Time {
	str, _ := s.(string)
	if str == "" {
		return time.Time{}
	}
	if str == "today" {
		return now.Truncate(24 * time.Hour)
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, str); err == nil {
			return t
		}
	}
	m := relTime.FindStringSubmatch(str)
	if m == nil {
		panic("bad time " + str)
	}
	n, _ := strconv.Atoi(m[1])
	d := time.Duration(n) * map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}[m[2]]
	if m[3] == "ago" {
		d = -d
	}
	return now.Add(d)
}

func obj(raw json.RawMessage) map[string]any {
	m := map[string]any{}
	_ = json.Unmarshal(raw, &m)
	return m
}
func str(v any) string { s, _ := v.(string); return s }
func num(v any) int    { f, _ := v.(float64); return int(f) }
func yes(v any) bool   { b, _ := v.(bool); return b }
func list(v any) []string {
	var out []string
	if l, ok := v.([]any); ok {
		for _, x := range l {
			out = append(out, fmt.Sprint(x))
		}
	}
	return out
}
func members(v any) fg.Members {
	out := fg.Members{}
	if m, ok := v.(map[string]any); ok {
		for k, r := range m {
			out[k] = roles[str(r)]
		}
	}
	return out
}
func visibility(v any) fg.Visibility {
	switch str(v) {
	case "public":
		return fg.Public
	case "internal":
		return fg.Internal
	}
	return fg.Private
}

// bench is one seeded fake and the names of what is in it.
type bench struct {
	t      *testing.T
	gl     *fg.Fake
	vars   map[string]string // placeholder -> value
	tokens map[string]string
	ids    map[string]int // kind.name -> id
	last   struct {
		json    any
		headers http.Header
	}
}

func versionFor(c testCase) string {
	const base = "17.2"
	v := c.Versions
	if v == nil {
		return base
	}
	less := func(a, b string) bool {
		var a1, a2, b1, b2 int
		fmt.Sscanf(a, "%d.%d", &a1, &a2)
		fmt.Sscanf(b, "%d.%d", &b1, &b2)
		return a1 < b1 || a1 == b1 && a2 < b2
	}
	if v.Since != "" && less(base, v.Since) {
		if !strings.Contains(v.Since, ".") {
			return v.Since + ".0"
		}
		return v.Since
	}
	if v.Until != "" && !less("16.0", v.Until) {
		return "" // older than what the fake promises
	}
	if v.Until != "" && !less(base, v.Until) {
		return "16.11"
	}
	return base
}

func (b *bench) seed(w world) {
	gl, now := b.gl, b.gl.Now()
	inst := map[string]any{}
	for _, k := range w.Instance.keys {
		var v any
		_ = json.Unmarshal(w.Instance.vals[k], &v)
		inst[k] = v
	}
	gl.UpdateSettings(func(s *fg.Settings) {
		if v := str(inst["registration_token"]); v != "" {
			s.RegistrationToken = v
		}
		if v, ok := inst["allow_registration_tokens"].(bool); ok {
			s.RegistrationTokensDisabled = !v
		}
		if v, ok := inst["valid_runner_registrars"]; ok {
			s.ValidRegistrars = list(v)
		}
		s.AdminMode = yes(inst["admin_mode"])
		s.RunnerTokenExpiration = time.Duration(num(inst["runner_token_expiration_interval"])) * time.Second
		s.GroupRunnerTokenExpiration = time.Duration(num(inst["group_runner_token_expiration_interval"])) * time.Second
		s.ProjectRunnerTokenExpiration = time.Duration(num(inst["project_runner_token_expiration_interval"])) * time.Second
		if p, ok := inst["plan_limits"].(map[string]any); ok {
			s.MaxProjectRunners, s.MaxGroupRunners = num(p["ci_registered_project_runners"]), num(p["ci_registered_group_runners"])
			s.MaxTraceSize = int64(num(p["ci_jobs_trace_size_limit"])) << 20
		}
		if registry, ok := inst["registry"].(map[string]any); ok && yes(registry["enabled"]) {
			s.RegistryHost = str(registry["host_port"])
		}
		s.LocalRequestsForbidden = inst["allow_local_requests"] == false
		if v := num(inst["max_artifacts_size"]); v > 0 {
			s.MaxArtifactsSize = int64(v) << 20
		}
	})
	b.vars["instance.registration_token"] = gl.Settings().RegistrationToken
	for _, n := range w.Users.keys {
		u := obj(w.Users.vals[n])
		name := n
		if n == "root" {
			b.ids["user.root"] = 1
			continue
		}
		got := gl.AddUser(fg.User{Username: name, Admin: yes(u["admin"]), Auditor: yes(u["auditor"]), External: yes(u["external"]), State: fg.UserState(str(u["state"]))})
		b.ids["user."+n] = got.ID
	}
	groupPath := map[string]string{}
	for _, n := range w.Groups.keys {
		g := obj(w.Groups.vals[n])
		path := n
		if p := str(g["parent"]); p != "" {
			path = groupPath[p] + "/" + n
		}
		groupPath[n] = path
		in := fg.Group{Path: path, Visibility: visibility(g["visibility"]), Members: members(g["members"]),
			RegistrationTokensDisabled: g["allow_registration_tokens"] == false, SharedRunnersDisabled: g["shared_runners_enabled"] == false,
			RunnerTokenExpiration: time.Duration(num(g["runner_token_expiration_interval"])) * time.Second}
		got := gl.AddGroup(in)
		b.ids["group."+n] = got.ID
		b.vars["group."+n+".registration_token"] = got.RegistrationToken
		b.vars["group."+n+".path"] = path
	}
	projectPath := map[string]string{}
	for _, n := range w.Projects.keys {
		p := obj(w.Projects.vals[n])
		ns := str(p["namespace"])
		if gp, ok := groupPath[ns]; ok {
			ns = gp
		}
		path := ns + "/" + n
		projectPath[n] = path
		depth := num(p["ci_default_git_depth"])
		if v, given := p["ci_default_git_depth"]; given && v == nil {
			depth = -1
		}
		got := gl.AddProject(fg.Project{GitDepth: depth, Path: path, Visibility: visibility(p["visibility"]), Members: members(p["members"]),
			RegistrationTokensDisabled: p["allow_registration_tokens"] == false, SharedRunnersDisabled: p["shared_runners_enabled"] == false,
			GroupRunnersDisabled: p["group_runners_enabled"] == false, BuildTimeout: time.Duration(num(p["build_timeout"])) * time.Second})
		b.ids["project."+n] = got.ID
		b.vars["project."+n+".registration_token"] = got.RegistrationToken
		b.vars["project."+n+".path"] = path
	}
	var managers []map[string]any
	_ = json.Unmarshal(w.Managers, &managers)
	for _, n := range w.Runners.keys {
		r := obj(w.Runners.vals[n])
		in := fg.Runner{Type: fg.RunnerType(str(r["type"])), Description: str(r["description"]), Name: str(r["name"]), MaintenanceNote: str(r["maintenance_note"]),
			Paused: yes(r["paused"]), Locked: yes(r["locked"]), Tags: list(r["tag_list"]), AccessLevel: fg.AccessLevel(str(r["access_level"])),
			MaximumTimeout: time.Duration(num(r["maximum_timeout"])) * time.Second, ContactedAt: at(now, r["contacted"]), CreatedAt: at(now, r["created"]),
			TokenExpiresAt: at(now, r["token_expires"]), Registration: fg.Registration(str(r["creation"])), CreatedBy: str(r["creator"])}
		if v, ok := r["run_untagged"].(bool); ok {
			in.RunUntagged = &v
		}
		if g := str(r["group"]); g != "" {
			in.Group = groupPath[g]
		}
		for _, p := range list(r["projects"]) {
			in.Projects = append(in.Projects, projectPath[p])
		}
		for _, m := range managers {
			if m["runner"] == n {
				in.Managers = append(in.Managers, fg.RunnerManager{SystemID: str(m["system_id"]), Version: str(m["version"]), Revision: str(m["revision"]),
					Platform: str(m["platform"]), Architecture: str(m["architecture"]), IPAddress: str(m["ip_address"]),
					ContactedAt: at(now, m["contacted"]), CreatedAt: at(now, m["created"])})
			}
		}
		got := gl.AddRunner(in)
		b.ids["runner."+n] = got.ID
		b.vars["runner."+n+".token"] = got.Token
	}
	pipelines := map[string]int{}
	for _, n := range w.Jobs.keys {
		j := obj(w.Jobs.vals[n])
		in := fg.Job{Project: projectPath[str(j["project"])], Name: str(j["name"]), Stage: str(j["stage"]), User: str(j["user"]), Ref: str(j["ref"]),
			RefIsTag: yes(j["tag"]), Protected: yes(j["protected"]), Tags: list(j["tag_list"]), Status: fg.JobStatus(str(j["status"])),
			SystemID: str(j["manager"]), StageIndex: num(j["stage_idx"]), Trace: str(j["trace"]), Erased: yes(j["erased"]), QueuedAt: at(now, j["queued"])}
		if r := str(j["runner"]); r != "" {
			in.RunnerID = b.ids["runner."+r]
		}
		key := str(j["project"]) + "/" + str(j["pipeline"])
		in.PipelineID = pipelines[key]
		if o, ok := j["options"]; ok {
			raw, _ := json.Marshal(o)
			if err := json.Unmarshal(raw, &in.Spec); err != nil {
				b.t.Fatalf("spec of %s: %v", n, err)
			}
		}
		if t := num(j["timeout"]); t > 0 {
			if f := reflect.ValueOf(&in.Spec).Elem().FieldByName("Timeout"); f.IsValid() && f.CanInt() {
				f.SetInt(int64(time.Duration(t) * time.Second))
			}
		}
		if a, ok := j["artifacts"].(map[string]any); ok {
			content := str(a["content"])
			if content == "" {
				content = strings.Repeat("x", num(a["size"]))
			}
			raw, _ := json.Marshal(map[string]any{"filename": a["filename"], "content": []byte(content)})
			var art fg.Artifact
			_ = json.Unmarshal(raw, &art)
			in.Artifacts = append(in.Artifacts, art)
		}
		got := gl.AddJob(in)
		pipelines[key] = got.PipelineID
		b.ids["job."+n] = got.ID
		b.vars["job."+n+".token"] = got.Token
	}
	for k, id := range b.ids {
		b.vars[k+".id"] = strconv.Itoa(id)
	}
	for _, k := range w.Tokens.keys {
		tk := obj(w.Tokens.vals[k])
		got := gl.AddAccessToken(fg.AccessToken{User: str(tk["user"]), Scopes: list(tk["scopes"]), Revoked: yes(tk["revoked"]), Impersonation: yes(tk["impersonation"]), ExpiresAt: at(now, firstOf(tk, "expires", "expires_at"))})
		b.tokens[k] = got.Token
		b.vars["token."+k] = got.Token
	}
}

func firstOf(m map[string]any, keys ...string) any {
	for _, k := range keys {
		if v, ok := m[k]; ok {
			return v
		}
	}
	return nil
}

var placeholder = regexp.MustCompile(`\{\{([^}]+)\}\}`)

func (b *bench) expand(s string) string {
	return placeholder.ReplaceAllStringFunc(s, func(m string) string {
		k := m[2 : len(m)-2]
		if v, ok := b.vars[k]; ok {
			return v
		}
		if f, ok := strings.CutPrefix(k, "last.json."); ok {
			v := b.last.json
			for _, p := range strings.Split(f, ".") {
				switch x := v.(type) {
				case map[string]any:
					v = x[p]
				case []any:
					i, _ := strconv.Atoi(p)
					if i < len(x) {
						v = x[i]
					}
				}
			}
			if fl, ok := v.(float64); ok {
				return strconv.Itoa(int(fl))
			}
			return fmt.Sprint(v)
		}
		if f, ok := strings.CutPrefix(k, "last.headers."); ok {
			return b.last.headers.Get(f)
		}
		b.t.Skip("unknown placeholder " + m)
		return m
	})
}

func (b *bench) expandAny(v any) any {
	switch x := v.(type) {
	case string:
		out := b.expand(x)
		if m := placeholder.FindString(x); m == x && m != "" {
			k := m[2 : len(m)-2]
			if strings.HasSuffix(k, ".id") {
				if n, err := strconv.Atoi(out); err == nil {
					return float64(n)
				}
			}
		}
		return out
	case map[string]any:
		o := map[string]any{}
		for k, e := range x {
			o[b.expand(k)] = b.expandAny(e)
		}
		return o
	case []any:
		o := make([]any, len(x))
		for i, e := range x {
			o[i] = b.expandAny(e)
		}
		return o
	}
	return v
}

func addValues(q url.Values, k string, v any, b *bench) {
	switch x := v.(type) {
	case []any:
		for _, e := range x {
			key := k
			if !strings.HasSuffix(k, "[]") {
				key = k + "[]"
			}
			addValues(q, key, e, b)
		}
	case map[string]any:
		keys := make([]string, 0)
		for kk := range x {
			keys = append(keys, kk)
		}
		sort.Strings(keys)
		for _, kk := range keys {
			addValues(q, k+"["+kk+"]", x[kk], b)
		}
	case nil:
		q.Add(k, "")
	case float64:
		q.Add(k, strconv.FormatFloat(x, 'f', -1, 64))
	default:
		q.Add(k, b.expand(fmt.Sprint(x)))
	}
}

func (b *bench) run(s step, main bool) {
	t := b.t
	t.Helper()
	path := s.Request.Path
	base := b.gl.APIURL()
	if s.Request.AbsolutePath != "" {
		path, base = s.Request.AbsolutePath, b.gl.URL()
	}
	u := base + b.expandPath(path)
	q := url.Values{}
	for k, v := range s.Request.Query {
		addValues(q, k, v, b)
	}
	if len(q) > 0 {
		sep := "?"
		if strings.Contains(u, "?") {
			sep = "&"
		}
		u += sep + q.Encode()
	}
	var body io.Reader
	ct := ""
	switch {
	case s.Request.Body != nil:
		body = strings.NewReader(b.expand(*s.Request.Body))
	case s.Request.Multipart != nil:
		var buf bytes.Buffer
		mw := multipart.NewWriter(&buf)
		for k, raw := range s.Request.Multipart {
			var f struct {
				Filename *string
				Content  json.RawMessage
			}
			if json.Unmarshal(raw, &f) == nil && f.Filename != nil {
				w, _ := mw.CreateFormFile(k, *f.Filename)
				_, _ = w.Write([]byte(b.content(f.Content)))
			} else {
				var sv any
				_ = json.Unmarshal(raw, &sv)
				_ = mw.WriteField(k, b.expand(fmt.Sprint(sv)))
			}
		}
		_ = mw.Close()
		body, ct = &buf, mw.FormDataContentType()
	case s.Request.Form != nil:
		f := url.Values{}
		for k, v := range s.Request.Form {
			addValues(f, k, v, b)
		}
		body, ct = strings.NewReader(f.Encode()), "application/x-www-form-urlencoded"
	case len(s.Request.JSON) > 0:
		var v any
		_ = json.Unmarshal(s.Request.JSON, &v)
		raw, _ := json.Marshal(b.expandAny(v))
		body, ct = bytes.NewReader(raw), "application/json"
	}
	req, err := http.NewRequest(s.Request.Method, u, body)
	if err != nil {
		t.Fatal(err)
	}
	if ct != "" {
		req.Header.Set("Content-Type", ct)
	}
	switch who, name, _ := strings.Cut(s.As, ":"); who {
	case "user":
		scopes := []string{}
		req.Header.Set("PRIVATE-TOKEN", b.gl.Token(name, scopes...))
	case "token":
		req.Header.Set("PRIVATE-TOKEN", b.tokens[name])
	}
	for k, v := range s.Request.Headers {
		req.Header.Set(k, b.expand(v))
	}
	hc := *b.gl.Client()
	hc.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := hc.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	var got any
	_ = json.Unmarshal(raw, &got)
	if main { // {{last...}} is always the answer to the main request
		b.last.json, b.last.headers = got, resp.Header
	}
	where := s.Request.Method + " " + path
	if resp.StatusCode != s.Expect.Status {
		t.Errorf("%s as %s: status %d, want %d; body %.400s", where, s.As, resp.StatusCode, s.Expect.Status, raw)
		return
	}
	if s.Expect.Body != nil && string(raw) != b.expand(*s.Expect.Body) {
		t.Errorf("%s: body %.300q, want %q", where, raw, *s.Expect.Body)
	}
	if len(s.Expect.JSON) > 0 {
		var want any
		_ = json.Unmarshal(s.Expect.JSON, &want)
		if msg := b.match("$", b.expandAny(want), got); msg != "" {
			t.Errorf("%s as %s: %s; body %.500s", where, s.As, msg, raw)
		}
	}
	if len(s.Expect.IDs) > 0 {
		b.matchIDs(where, s.Expect.IDs, got)
	}
	for k, want := range s.Expect.Headers {
		vals, present := resp.Header[http.CanonicalHeaderKey(k)]
		var g any
		if present {
			g = strings.Join(vals, ", ")
		}
		if m, ok := want.(map[string]any); ok && m["$absent"] == true {
			if present {
				t.Errorf("%s: header %s = %v, want none", where, k, g)
			}
			continue
		}
		if n, ok := want.(float64); ok {
			want = strconv.Itoa(int(n))
		}
		if msg := b.match(k, b.expandAny(want), g); msg != "" {
			t.Errorf("%s: header %s", where, msg)
		}
	}
}

func (b *bench) expandPath(p string) string {
	return placeholder.ReplaceAllStringFunc(p, func(m string) string {
		v := b.expand(m)
		if strings.HasSuffix(m, ".path}}") {
			return url.PathEscape(v)
		}
		return v
	})
}

func (b *bench) content(raw json.RawMessage) string {
	var v any
	_ = json.Unmarshal(raw, &v)
	if m, ok := v.(map[string]any); ok {
		if r, ok := m["$repeat"].([]any); ok {
			return strings.Repeat(str(r[0]), num(r[1]))
		}
	}
	return b.expand(str(v))
}

func (b *bench) matchIDs(where string, raw json.RawMessage, got any) {
	var want any
	_ = json.Unmarshal(raw, &want)
	unordered := false
	if m, ok := want.(map[string]any); ok {
		want, unordered = m["$set"], true
	}
	var names []string
	names = list(want)
	byID := map[int]string{}
	for k, id := range b.ids {
		kind, n, _ := strings.Cut(k, ".")
		if kind == "runner" || kind == "job" || kind == "project" {
			for _, w := range names {
				if w == n {
					byID[id] = n
				}
			}
			if byID[id] == "" && kind == "runner" {
				byID[id] = n
			}
		}
	}
	gl, ok := got.([]any)
	if !ok {
		b.t.Errorf("%s: want a list, got %.200v", where, got)
		return
	}
	var have []string
	for _, e := range gl {
		m, _ := e.(map[string]any)
		n := byID[num(m["id"])]
		if n == "" {
			n = fmt.Sprintf("#%d", num(m["id"]))
		}
		have = append(have, n)
	}
	if unordered {
		sort.Strings(have)
		names = append([]string{}, names...)
		sort.Strings(names)
	}
	if strings.Join(have, ",") != strings.Join(names, ",") {
		b.t.Errorf("%s: ids %v, want %v", where, have, names)
	}
}

// match returns "" when got fits want.
func (b *bench) match(at string, want, got any) string {
	switch w := want.(type) {
	case map[string]any:
		matcher := false
		for k := range w {
			matcher = matcher || strings.HasPrefix(k, "$")
		}
		if matcher {
			for k, v := range w {
				if msg := b.matcher(at, k, v, got); msg != "" {
					return msg
				}
			}
			return ""
		}
		g, ok := got.(map[string]any)
		if !ok {
			return fmt.Sprintf("%s: want an object, got %.100v", at, got)
		}
		for k, v := range w {
			if m, ok := v.(map[string]any); ok && m["$absent"] == true {
				if _, there := g[k]; there {
					return fmt.Sprintf("%s.%s: want it absent, got %.100v", at, k, g[k])
				}
				continue
			}
			gv, there := g[k]
			if !there {
				return fmt.Sprintf("%s.%s: absent", at, k)
			}
			if k == "ip_address" && (gv == nil || gv == "") && (v == nil || v == "") {
				continue
			}
			if msg := b.match(at+"."+k, v, gv); msg != "" {
				return msg
			}
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return fmt.Sprintf("%s: want %d elements, got %.200v", at, len(w), got)
		}
		for i := range w {
			if msg := b.match(fmt.Sprintf("%s[%d]", at, i), w[i], g[i]); msg != "" {
				return msg
			}
		}
		return ""
	}
	if !reflect.DeepEqual(want, got) {
		return fmt.Sprintf("%s = %#v, want %#v", at, got, want)
	}
	return ""
}

func (b *bench) matcher(at, k string, v, got any) string {
	bad := func(f string, a ...any) string { return at + ": " + fmt.Sprintf(f, a...) }
	switch k {
	case "$any":
		return ""
	case "$absent":
		if got != nil {
			return bad("want absent, got %.100v", got)
		}
	case "$type":
		have := map[bool]string{true: "null"}[got == nil]
		switch got.(type) {
		case string:
			have = "string"
		case float64:
			have = "number"
		case bool:
			have = "bool"
		case []any:
			have = "array"
		case map[string]any:
			have = "object"
		}
		if have != v {
			return bad("type %s, want %v", have, v)
		}
	case "$re":
		s := fmt.Sprint(got)
		if got == nil || !regexp.MustCompile(str(v)).MatchString(s) {
			return bad("%q does not match %v", s, v)
		}
	case "$len":
		switch x := got.(type) {
		case []any:
			if len(x) != num(v) {
				return bad("length %d, want %v", len(x), v)
			}
		case string:
			if len(x) != num(v) {
				return bad("length %d, want %v", len(x), v)
			}
		default:
			return bad("no length")
		}
	case "$not":
		if reflect.DeepEqual(v, got) {
			return bad("is %v, want another", got)
		}
	case "$set":
		w, _ := v.([]any)
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return bad("want a set of %d, got %.200v", len(w), got)
		}
		used := make([]bool, len(g))
	next:
		for _, x := range w {
			for i, y := range g {
				if !used[i] && b.match(at, x, y) == "" {
					used[i] = true
					continue next
				}
			}
			return bad("nothing matches %v", x)
		}
	case "$contains":
		w, _ := v.([]any)
		g, _ := got.([]any)
	next2:
		for _, x := range w {
			for _, y := range g {
				if b.match(at, x, y) == "" {
					continue next2
				}
			}
			return bad("no element matches %v", x)
		}
	default:
		return bad("unknown matcher %s", k)
	}
	return ""
}

func TestConformance(t *testing.T) {
	pattern := os.Getenv("CASES")
	if pattern == "" {
		pattern = "testdata/conformance/*.json"
	}
	files, _ := filepath.Glob(pattern)
	if len(files) == 0 {
		t.Fatal("no case files at " + pattern)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var f caseFile
		if err := json.Unmarshal(raw, &f); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		deep := strings.Contains(filepath.Base(file), "runner")
		for _, c := range f.Cases {
			t.Run(c.ID, func(t *testing.T) {
				version := versionFor(c)
				if version == "" {
					t.Skip("before 16.0")
				}
				b := &bench{t: t, vars: map[string]string{}, tokens: map[string]string{}, ids: map[string]int{}}
				b.gl = fg.New(t, fg.WithVersion(version), fg.WithUnknownEndpoints(true))
				b.seed(merge(f.World, c.World, deep))
				b.run(c.step, true)
				for _, s := range c.Then {
					b.run(s, false)
				}
			})
		}
	}
}
