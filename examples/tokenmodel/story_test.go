package tokenmodel

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fakegitlab/fakegitlab"
)

func TestTokenModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		gl, err := fakegitlab.Start(fakegitlab.WithInMemoryNetwork())
		if err != nil {
			t.Fatal(err)
		}
		defer gl.Close()
		s := begin(gl)
		for _, p := range s.people {
			s.create(t, p, []string{"api"}, time.Time{})
		}
		t.Repeat(map[string]func(*rapid.T){"": s.compare, "create": s.createAny, "use": s.use, "rotate": s.rotateAny,
			"rotate itself": s.rotateItself, "reuse": s.reuse, "revoke": s.revokeAny, "revoke itself": s.revokeItself,
			"read": s.readAny, "list": s.list, "block": s.block, "pass": s.pass})
	})
}

// story is a fake and what it should be.
type story struct {
	model
	gl   *fakegitlab.Fake
	root string // a token of the administrator's that nothing happens to
	own  []int  // the ids of those that are no part of the story
}

func begin(gl *fakegitlab.Fake) *story {
	s := &story{gl: gl, root: gl.AdminToken(), model: model{today: gl.Now().UTC().Truncate(24 * time.Hour)}}
	for _, name := range []string{"ada", "ann", "bob"} {
		u := gl.AddUser(fakegitlab.User{Username: name, Admin: name == "ada"})
		s.people = append(s.people, &person{name: name, id: u.ID, admin: u.Admin})
	}
	for _, t := range gl.Snapshot().AccessTokens {
		s.own = append(s.own, t.ID)
	}
	return s
}

// hash is a body.
type hash map[string]any

// send makes a request and holds the answer's status against the model's.
func (s *story) send(t *rapid.T, secret, method, path string, body hash, want int) (raw []byte) {
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(method, "http://gitlab.example.com/api/v4"+path, strings.NewReader(string(text)))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("PRIVATE-TOKEN", secret)
	w := httptest.NewRecorder()
	s.gl.ServeHTTP(w, r)
	t.Logf("%s %s %v: %d %.200s", method, path, body, w.Code, w.Body)
	if w.Code != want {
		t.Fatalf("%s %s: %d %s, and the model says %d", method, path, w.Code, w.Body, want)
	}
	return w.Body.Bytes()
}

// made is the token of an answer.
func (s *story) made(t *rapid.T, raw []byte, of *person, scopes []string, expires time.Time) *token {
	var answer struct {
		ID        int
		Token     string
		ExpiresAt string `json:"expires_at"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		t.Fatal(err)
	}
	if want := expires.Format(time.DateOnly); answer.ExpiresAt != want {
		t.Fatalf("the new token expires on %s, and the model says %s", answer.ExpiresAt, want)
	}
	made := &token{id: answer.ID, secret: answer.Token, of: of, scopes: scopes, expires: expires}
	s.tokens = append(s.tokens, made)
	return made
}

func (s *story) days(n int) time.Time { return s.today.AddDate(0, 0, n) }

// drawExpiry is a date, or none.
func (s *story) drawExpiry(t *rapid.T) time.Time {
	if n := rapid.IntRange(0, 20).Draw(t, "days"); n > 0 {
		return s.days(n)
	}
	return time.Time{}
}

func (s *story) create(t *rapid.T, of *person, scopes []string, expires time.Time) {
	body := hash{"name": "of " + of.name, "scopes": scopes}
	lives := expires
	if expires.IsZero() {
		lives = s.days(365)
	} else {
		body["expires_at"] = expires.Format(time.DateOnly)
	}
	raw := s.send(t, s.root, http.MethodPost, fmt.Sprintf("/users/%d/personal_access_tokens", of.id), body, 201)
	s.made(t, raw, of, scopes, lives)
}

func (s *story) createAny(t *rapid.T) {
	if len(s.tokens) > 12 {
		t.Skip("enough")
	}
	scopes := rapid.SampledFrom([][]string{{"api"}, {"read_api"}, {"read_user"}, {"create_runner"},
		{"read_user", "create_runner"}}).Draw(t, "scopes")
	of := rapid.SampledFrom(s.people).Draw(t, "of")
	if of.blocked {
		t.Skip("nobody gives a token to one who is blocked")
	}
	s.create(t, of, scopes, s.drawExpiry(t))
}

// any is one of the tokens, whatever has become of it.
func (s *story) any(t *rapid.T, label string) *token {
	return s.tokens[rapid.IntRange(0, len(s.tokens)-1).Draw(t, label)]
}

// target is a token that something is done to; nil with an id that none has.
func (s *story) target(t *rapid.T) (*token, int) {
	if rapid.IntRange(0, 9).Draw(t, "unknown") == 9 {
		return nil, 999_999
	}
	one := s.any(t, "token")
	return one, one.id
}

// use calls endpoints that different scopes open.
func (s *story) use(t *rapid.T) {
	by := s.any(t, "by")
	or := func(refused, want int) int {
		if refused != 0 {
			return refused
		}
		return want
	}
	s.send(t, by.secret, http.MethodGet, "/user", nil, or(s.signIn(by, "api", "read_api", "read_user"), 200))
	s.send(t, by.secret, http.MethodGet, "/projects", nil, or(s.signIn(by, "api", "read_api"), 200))
	s.send(t, by.secret, http.MethodGet, "/personal_access_tokens/self", nil,
		or(s.signIn(by, by.scopes...), 200))
	if !by.of.admin {
		raw := s.send(t, by.secret, http.MethodPost, "/user/runners", hash{"runner_type": "instance_type"},
			or(s.signIn(by, "api", "create_runner"), 403))
		far := s.active(by) && !by.of.blocked && s.signIn(by, "api", "create_runner") == 0
		if strings.Contains(string(raw), "Insufficient permissions") != far {
			t.Fatalf("%s: the model says that the scope reaches: %v", raw, far)
		}
	}
}

func (s *story) rotateAny(t *rapid.T) {
	by := s.any(t, "by")
	old, id := s.target(t)
	s.rotateAt(t, by, old, fmt.Sprintf("/personal_access_tokens/%d/rotate", id))
}

func (s *story) rotateItself(t *rapid.T) {
	by := s.any(t, "by")
	s.rotateAt(t, by, by, "/personal_access_tokens/self/rotate")
}

// reuse is a rotation by one that has been rotated already.
func (s *story) reuse(t *rapid.T) {
	by := s.any(t, "by")
	if by.next == nil {
		t.Skip("nothing took its place")
	}
	s.rotateAt(t, by, by, "/personal_access_tokens/self/rotate")
}

func (s *story) rotateAt(t *rapid.T, by, old *token, path string) {
	body, lives := hash{}, s.days(7)
	if expires := s.drawExpiry(t); !expires.IsZero() {
		body["expires_at"], lives = expires.Format(time.DateOnly), expires
	}
	want := s.rotate(by, old)
	raw := s.send(t, by.secret, http.MethodPost, path, body, want)
	if want == 200 {
		old.revoked, old.next = true, s.made(t, raw, old.of, old.scopes, lives)
	}
}

func (s *story) revokeAny(t *rapid.T) {
	by := s.any(t, "by")
	old, id := s.target(t)
	want := s.revoke(by, old)
	s.send(t, by.secret, http.MethodDelete, fmt.Sprintf("/personal_access_tokens/%d", id), nil, want)
	if want == 204 {
		old.revoked = true
	}
}

// revokeItself needs no scope.
func (s *story) revokeItself(t *rapid.T) {
	by := s.any(t, "by")
	want := s.signIn(by, by.scopes...)
	if want == 0 {
		want = 204
	}
	s.send(t, by.secret, http.MethodDelete, "/personal_access_tokens/self", nil, want)
	by.revoked = by.revoked || want == 204
}

func (s *story) readAny(t *rapid.T) {
	by := s.any(t, "by")
	one, id := s.target(t)
	s.send(t, by.secret, http.MethodGet, fmt.Sprintf("/personal_access_tokens/%d", id), nil, s.read(by, one))
}

func (s *story) list(t *rapid.T) {
	by, state := s.any(t, "by"), rapid.SampledFrom([]string{"active", "inactive"}).Draw(t, "state")
	if s.signIn(by, "api", "read_api") != 0 {
		t.Skip("refused, as in use")
	}
	raw := s.send(t, by.secret, http.MethodGet, "/personal_access_tokens?per_page=100&state="+state, nil, 200)
	var rows []struct{ ID int }
	if err := json.Unmarshal(raw, &rows); err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, row := range rows {
		if !slices.Contains(s.own, row.ID) {
			got = append(got, row.ID)
		}
	}
	slices.Sort(got)
	if want := s.listed(by, state == "active"); !slices.Equal(got, want) {
		t.Fatalf("%s tokens for %s: %v, and the model says %v", state, by.of.name, got, want)
	}
}

// block blocks somebody, or lets one in again.
func (s *story) block(t *rapid.T) {
	p := rapid.SampledFrom(s.people).Draw(t, "who")
	what := map[bool]string{true: "unblock", false: "block"}[p.blocked]
	s.send(t, s.root, http.MethodPost, fmt.Sprintf("/users/%d/%s", p.id, what), nil, 201)
	p.blocked = !p.blocked
}

// pass lets days go by.
func (s *story) pass(t *rapid.T) {
	n := rapid.IntRange(1, 8).Draw(t, "days")
	s.gl.Advance(time.Duration(n) * 24 * time.Hour)
	s.today = s.days(n)
}

// compare holds what is left of each token against the model.
func (s *story) compare(t *rapid.T) {
	is := map[int]fakegitlab.AccessToken{}
	for _, one := range s.gl.Snapshot().AccessTokens {
		is[one.ID] = one
	}
	for _, want := range s.tokens {
		got, there := is[want.id]
		if !there || got.Revoked != want.revoked || !got.ExpiresAt.Equal(want.expires) || got.User != want.of.name {
			t.Fatalf("token %d of %s: %+v, and the model says revoked=%v, expires %s", want.id, want.of.name, got,
				want.revoked, want.expires.Format(time.DateOnly))
		}
	}
}
