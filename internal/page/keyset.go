package page

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"sort"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/params"
)

// The ways in which keyset pagination is refused.
var (
	// ErrKeysetUnavailable is an order that keyset pagination does not serve; GitLab answers 405 with this text under
	// the key "error".
	//nolint:staticcheck // the capital is GitLab's
	ErrKeysetUnavailable = errors.New("Keyset pagination is not yet available for this type of request")
	// ErrBadCursor is a cursor that GitLab did not make.
	ErrBadCursor = errors.New("the cursor cannot be read")
)

// Cursor is a place in a list by id. The zero value is its beginning; ID 0 with Backward is its end.
type Cursor struct {
	ID       int  // of the row next to the place, at least 1
	Backward bool // the page before the place instead of after it
}

// The directions as a cursor writes them.
const (
	forward  = "n"
	backward = "p"
)

// String writes the cursor as GitLab does: URL-safe base64 of {"id":"26","_kd":"n"}.
func (c Cursor) String() string {
	var b strings.Builder
	b.WriteByte('{')
	if c.ID != 0 {
		b.WriteString(`"id":"` + strconv.Itoa(c.ID) + `",`)
	}
	direction := forward
	if c.Backward {
		direction = backward
	}
	b.WriteString(`"_kd":"` + direction + `"}`)
	return base64.URLEncoding.EncodeToString([]byte(b.String()))
}

// ParseCursor reads a cursor, with or without base64 padding. A blank one is the beginning; any other that GitLab
// would not have made is ErrBadCursor.
func ParseCursor(s string) (Cursor, error) {
	if strings.TrimSpace(s) == "" {
		return Cursor{}, nil
	}
	decoded, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil {
		return Cursor{}, ErrBadCursor
	}
	var wire *struct {
		ID        *json.Number `json:"id"` // takes a number as well as a number in quotes
		Direction *string      `json:"_kd"`
	}
	if err := json.Unmarshal(decoded, &wire); err != nil || wire == nil {
		return Cursor{}, ErrBadCursor
	}
	var c Cursor
	if wire.ID != nil {
		if c.ID, err = strconv.Atoi(string(*wire.ID)); err != nil || c.ID < 1 {
			return Cursor{}, ErrBadCursor
		}
	}
	if wire.Direction != nil {
		c.Backward = *wire.Direction == backward
		if !c.Backward && *wire.Direction != forward {
			return Cursor{}, ErrBadCursor
		}
	}
	return c, nil
}

// Keyset is the page asked for with pagination=keyset.
type Keyset struct {
	Cursor    Cursor
	PerPage   int // 1 to 100
	Ascending bool
}

// ReadKeyset reads cursor and per_page. Only order_by=id and sort=desc, which are also the defaults, are served:
// anything else is ErrKeysetUnavailable. The other error is ErrBadCursor.
func ReadKeyset(v params.Values) (Keyset, error) {
	if !absentOr(v, "order_by", "id") || !absentOr(v, "sort", "desc") {
		return Keyset{}, ErrKeysetUnavailable
	}
	text, _ := v.String("cursor")
	cursor, err := ParseCursor(text)
	if err != nil {
		return Keyset{}, err
	}
	return Keyset{Cursor: cursor, PerPage: ReadOffset(v).PerPage}, nil
}

// ReadKeysetBothWays is ReadKeyset for lists that are served in both orders: sort=asc as well.
func ReadKeysetBothWays(v params.Values) (Keyset, error) {
	direction, _ := v.String("sort")
	if direction != "asc" {
		return ReadKeyset(v)
	}
	k, err := ReadKeyset(v.With("sort", "desc"))
	k.Ascending = true
	return k, err
}

func absentOr(v params.Values, name, value string) bool {
	got, ok := v.String(name)
	return !ok || got == value
}

// KeysetPage is a page of a list: rows From up to, not including, To.
type KeysetPage struct {
	From, To int
	Next     *Cursor // nil: nothing follows
	PerPage  int
}

// Of returns the page in a list of n rows that is sorted by id, greatest first unless the page is Ascending; id returns
// the id of row i.
func (k Keyset) Of(n int, id func(i int) int) KeysetPage {
	n, size := max(n, 0), max(k.PerPage, 0)
	// ahead and level tell whether row i comes after the cursor's, or is not before it.
	ahead := func(i int) bool { return id(i) < k.Cursor.ID }
	level := func(i int) bool { return id(i) <= k.Cursor.ID }
	if k.Ascending {
		ahead = func(i int) bool { return id(i) > k.Cursor.ID }
		level = func(i int) bool { return id(i) >= k.Cursor.ID }
	}
	p := KeysetPage{To: n, PerPage: k.PerPage}
	switch at := k.Cursor; {
	case at.Backward:
		if at.ID != 0 {
			p.To = sort.Search(n, level)
		}
		p.From = max(p.To-size, 0)
	default:
		if at.ID != 0 {
			p.From = sort.Search(n, ahead)
		}
		p.To = p.From + min(size, n-p.From)
	}
	if p.From < p.To && p.To < n {
		p.Next = &Cursor{ID: id(p.To - 1)}
	}
	return p
}

// SetHeaders writes the Link to the next page if there is one. Keyset pages have no X- headers. baseURL is
// scheme://host/path without query; the link carries every parameter of v.
func (p KeysetPage) SetHeaders(h http.Header, baseURL string, v params.Values) {
	if p.Next == nil {
		return
	}
	v = v.With("cursor", p.Next.String()).With("per_page", p.PerPage)
	h.Set("Link", LinkTo(baseURL, v, "next"))
}

// Bound is the end of a page of keyset pagination in lists of projects. These have no cursor: the link to the next page
// carries the id of the last row as a parameter (lib/gitlab/pagination/keyset/pager.rb). GitLab does not look ahead:
// the last page that has rows still links to an empty one.
type Bound struct {
	Last      int // 0: the page is empty
	Ascending bool
}

// SetHeaders writes the Link to the next page unless this one is empty, like that of KeysetPage but with per_page as it
// was sent.
func (b Bound) SetHeaders(h http.Header, baseURL string, v params.Values) {
	if b.Last == 0 {
		return
	}
	name := "id_before"
	if b.Ascending {
		name = "id_after"
	}
	h.Set("Link", LinkTo(baseURL, v.With(name, b.Last), "next"))
}
