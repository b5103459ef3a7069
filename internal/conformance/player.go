package conformance

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// Player plays the requests of one case.
type Player struct {
	t      testing.TB
	server caseServer
	skip   func(why string)  // ends a case that cannot be played
	Names  map[string]string // what placeholders stand for: "runner.shared.token"
	ids    map[string]int    // by kind and name: "runner.shared"
	prefix string            // what the paths and usernames of this world have before the names of the case
	last   playedAnswer      // to the main request of the case
}

// caseServer is a GitLab that has the world of a case.
type caseServer interface {
	URL() string
	APIURL() string
	Client() *http.Client
	Now() time.Time
	// Token is an access token of a user of the case, with the scope api unless others are given.
	Token(username string, scopes ...string) string
}

type playedAnswer struct {
	status int
	header http.Header
	raw    []byte
	json   any
}

// NewPlayer is a player that knows no names yet and has no GitLab to ask.
func NewPlayer(t testing.TB) *Player {
	return &Player{t: t, Names: map[string]string{}, ids: map[string]int{}}
}

// play sends one request and holds the answer against what is expected.
func (p *Player) play(s Step) playedAnswer {
	p.t.Helper()
	answer := p.send(p.request(s))
	where := fmt.Sprintf("%s %s as %s", s.Request.Method, cmp.Or(s.Request.AbsolutePath, s.Request.Path), s.As)
	if answer.status != s.Expect.Status {
		p.t.Errorf("%s: status %d, want %d; body %.400s", where, answer.status, s.Expect.Status, answer.raw)
		return answer
	}
	if want := s.Expect.Body; want != nil && p.bare(string(answer.raw)) != p.bare(p.expand(*want)) {
		p.t.Errorf("%s: body %.300q, want %q", where, answer.raw, *want)
	}
	if len(s.Expect.JSON) > 0 {
		want := p.bareAll(p.expandAll(decode[any](p, s.Expect.JSON)))
		if mismatch := match("$", want, p.bareAll(answer.json)); mismatch != "" {
			p.t.Errorf("%s: %s; body %.500s", where, mismatch, answer.raw)
		}
	}
	p.checkVariables(where, s.Expect.Variables, answer.json)
	if len(s.Expect.IDs) > 0 {
		p.checkIDs(where, decode[any](p, s.Expect.IDs), answer.json)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Expect.Headers)) {
		p.checkHeader(where, name, s.Expect.Headers[name], answer.header)
	}
	return answer
}

func (p *Player) send(r *http.Request) playedAnswer {
	p.t.Helper()
	client := *p.server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := client.Do(r)
	require.NoError(p.t, err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	require.NoError(p.t, err)
	answer := playedAnswer{status: res.StatusCode, header: res.Header, raw: raw}
	_ = json.Unmarshal(raw, &answer.json) // nil for what is no JSON
	return answer
}

// request builds the HTTP request of a step.
func (p *Player) request(s Step) *http.Request {
	p.t.Helper()
	target := p.server.APIURL() + p.expandPath(s.Request.Path)
	if s.Request.AbsolutePath != "" {
		target = p.server.URL() + p.expandPath(s.Request.AbsolutePath)
	}
	if query := p.Pairs(s.Request.Query).Encode(); query != "" {
		separator := "?"
		if strings.Contains(target, "?") {
			separator = "&"
		}
		target += separator + query
	}
	body, contentType := p.Body(s.Request)
	r, err := http.NewRequest(s.Request.Method, target, bytes.NewReader(body))
	require.NoError(p.t, err)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	switch who, name, _ := strings.Cut(s.As, ":"); who {
	case "user":
		r.Header.Set("PRIVATE-TOKEN", p.server.Token(name))
	case "token":
		r.Header.Set("PRIVATE-TOKEN", p.Names["token."+name])
	}
	for name, value := range s.Request.Headers {
		r.Header.Set(name, p.expand(value))
	}
	return r
}

// Body is the body of a request and the Content-Type that goes with how it is written in the case.
func (p *Player) Body(r Request) (body []byte, contentType string) {
	switch {
	case r.Body != nil:
		return []byte(p.expand(*r.Body)), ""
	case r.Multipart != nil:
		return p.multipart(r.Multipart)
	case r.Form != nil:
		return []byte(p.Pairs(r.Form).Encode()), "application/x-www-form-urlencoded"
	case len(r.JSON) > 0:
		raw, err := json.Marshal(p.expandAll(decode[any](p, r.JSON)))
		require.NoError(p.t, err)
		return raw, "application/json"
	}
	return nil, ""
}

// multipart writes parts in the order of their names; one with a filename is a file.
func (p *Player) multipart(parts map[string]json.RawMessage) (body []byte, contentType string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		var file struct {
			Filename *string
			Content  any
		}
		if json.Unmarshal(parts[name], &file) == nil && file.Filename != nil {
			part, err := w.CreateFormFile(name, *file.Filename)
			require.NoError(p.t, err)
			_, _ = io.WriteString(part, p.content(file.Content))
			continue
		}
		require.NoError(p.t, w.WriteField(name, p.expand(fmt.Sprint(decode[any](p, parts[name])))))
	}
	require.NoError(p.t, w.Close())
	return b.Bytes(), w.FormDataContentType()
}

// content is the content of a file: text, or {"$repeat": [text, times]}.
func (p *Player) content(v any) string {
	if object, isObject := v.(map[string]any); isObject {
		repeat := object["$repeat"].([]any)
		return strings.Repeat(repeat[0].(string), int(repeat[1].(float64)))
	}
	text, _ := v.(string)
	return p.expand(text)
}

// Pairs writes nested parameters as Rack reads them: k[]=a for lists, k[x]=a for objects.
func (p *Player) Pairs(params map[string]any) url.Values {
	out := url.Values{}
	for name, value := range params {
		p.addPair(out, name, value)
	}
	return out
}

func (p *Player) addPair(out url.Values, name string, value any) {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			p.addPair(out, strings.TrimSuffix(name, "[]")+"[]", element)
		}
	case map[string]any:
		for key, element := range value {
			p.addPair(out, name+"["+key+"]", element)
		}
	case nil:
		out.Add(name, "")
	case float64:
		out.Add(name, strconv.FormatFloat(value, 'f', -1, 64))
	default:
		out.Add(name, p.expand(fmt.Sprint(value)))
	}
}

// Placeholder finds {{runner.shared.id}} and the like.
var Placeholder = regexp.MustCompile(`\{\{([^}]+)\}\}`)

// expand replaces {{runner.shared.id}} and the like. {{last.json.id}} and {{last.headers.Link}} are of the answer to
// the main request.
func (p *Player) expand(s string) string {
	return Placeholder.ReplaceAllStringFunc(s, func(whole string) string {
		name := strings.Trim(whole, "{}")
		if field, ok := strings.CutPrefix(name, "last.json."); ok {
			return textOf(testkit.Descend(p.last.json, field))
		}
		if date, ok := dateAhead(name, p.server.Now()); ok {
			return date
		}
		if ago, ok := strings.CutPrefix(name, "time."); ok {
			return Time(ago).At(p.server.Now()).UTC().Format(time.RFC3339)
		}
		if header, ok := strings.CutPrefix(name, "last.headers."); ok {
			return p.last.header.Get(header)
		}
		value, known := p.Names[name]
		if !known {
			p.t.Fatalf("the case has an unknown placeholder %s", whole)
		}
		return value
	})
}

// expandPath is expand for a path, where the full path of a project or group is one escaped segment.
func (p *Player) expandPath(path string) string {
	return Placeholder.ReplaceAllStringFunc(path, func(whole string) string {
		if strings.HasSuffix(whole, ".path}}") {
			return url.PathEscape(p.expand(whole))
		}
		return p.expand(whole)
	})
}

// expandAll is expand for all strings in a JSON value; a string that is one placeholder of an id becomes a number.
func (p *Player) expandAll(v any) any {
	switch v := v.(type) {
	case string:
		text := p.expand(v)
		if n, err := strconv.Atoi(text); err == nil && strings.HasSuffix(v, ".id}}") && Placeholder.FindString(v) == v {
			return float64(n)
		}
		return text
	case map[string]any:
		out := map[string]any{}
		for name, element := range v {
			out[p.expand(name)] = p.expandAll(element)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, element := range v {
			out[i] = p.expandAll(element)
		}
		return out
	}
	return v
}

// bare is text as it would be if the world had the names of the case.
func (p *Player) bare(text string) string {
	if p.prefix == "" {
		return text
	}
	return strings.ReplaceAll(text, p.prefix, "")
}

// bareAll is bare for all strings in a JSON value.
func (p *Player) bareAll(v any) any {
	if p.prefix == "" {
		return v
	}
	raw, err := json.Marshal(v)
	require.NoError(p.t, err)
	return decode[any](p, []byte(p.bare(string(raw))))
}

func textOf(v any) string {
	if f, ok := v.(float64); ok {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

// checkHeader holds one header against text, a number, or matchers.
func (p *Player) checkHeader(where, name string, want any, header http.Header) {
	p.t.Helper()
	values, sent := header[http.CanonicalHeaderKey(name)]
	if matchers, ok := want.(map[string]any); ok && matchers["$absent"] == true {
		if sent {
			p.t.Errorf("%s: header %s is %q, want none", where, name, values)
		}
		return
	}
	if n, isNumber := want.(float64); isNumber {
		want = textOf(n)
	}
	var got any
	if sent {
		got = strings.Join(values, ", ")
	}
	if mismatch := match(name, p.bareAll(p.expandAll(want)), p.bareAll(got)); mismatch != "" {
		p.t.Errorf("%s: header %s", where, mismatch)
	}
}

// checkIDs holds a list of objects against the names of the entities that it is to list, in this order or, as
// {"$set": [...]}, in any.
func (p *Player) checkIDs(where string, want, got any) {
	p.t.Helper()
	set, anyOrder := want.(map[string]any)
	if anyOrder {
		want = set["$set"]
	}
	var wanted []int
	for _, name := range want.([]any) {
		id := -1
		for _, kind := range []string{"runner", "job", "project", "group", "token", "user", "pipeline", "trigger",
			"schedule"} {
			if known, ok := p.ids[kind+"."+fmt.Sprint(name)]; ok && id < 0 {
				id = known
			}
		}
		wanted = append(wanted, id)
	}
	rows, isList := got.([]any)
	if !isList {
		p.t.Errorf("%s: want a list, got %.200v", where, got)
		return
	}
	listed := make([]int, 0, len(rows))
	for _, row := range rows {
		id, _ := testkit.Descend(row, "id").(float64)
		listed = append(listed, int(id))
	}
	if anyOrder {
		slices.Sort(wanted)
		slices.Sort(listed)
	}
	if !slices.Equal(wanted, listed) {
		p.t.Errorf("%s: ids %v, want %v (%v)", where, listed, wanted, want)
	}
}

// checkVariables holds the variables that a runner is given against those wanted, by key. Of several of one key the
// last is what counts.
func (p *Player) checkVariables(where string, want map[string]any, got any) {
	p.t.Helper()
	given := map[string]any{}
	list, _ := testkit.Descend(got, "variables").([]any)
	for _, v := range list {
		key, _ := testkit.Descend(v, "key").(string)
		given[key] = v
	}
	if len(want) == 0 {
		return
	}
	if mismatch := match("variables", p.expandAll(want), given); mismatch != "" {
		p.t.Errorf("%s: %s", where, mismatch)
	}
}
