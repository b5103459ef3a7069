package page

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"sort"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/params"
)

// Place is a place in a list that is sorted by a column and, where that does not decide, by id: that of the row with
// this value and id. The zero value is the beginning; one without ID that is Backward is the end.
type Place struct {
	Column   string // "id": the value counts for nothing
	Value    string
	ID       int
	Backward bool // the page before the place instead of after it
}

// String writes the place as GitLab's cursor: URL-safe base64 of {"name":"ada","id":"26","_kd":"n"}.
func (p Place) String() string {
	direction := forward
	if p.Backward {
		direction = backward
	}
	pairs := [][2]string{{p.Column, p.Value}, {"id", strconv.Itoa(p.ID)}, {"_kd", direction}}
	if p.Column == "id" {
		pairs = pairs[1:]
	}
	var b strings.Builder
	for i, pair := range pairs {
		if i > 0 {
			b.WriteByte(',')
		}
		value, _ := json.Marshal(pair[1]) // a string
		b.WriteString(strconv.Quote(pair[0]) + ":" + string(value))
	}
	return base64.URLEncoding.EncodeToString([]byte("{" + b.String() + "}"))
}

// parsePlace reads a cursor of a list sorted by a column, as ParseCursor does one of a list by id.
func parsePlace(s, column string) (Place, error) {
	at, err := ParseCursor(s)
	p := Place{Column: column, ID: at.ID, Backward: at.Backward}
	if at.ID == 0 || column == "id" { // beside an error it is 0
		return p, err
	}
	decoded, _ := base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "=")) // ParseCursor could
	values := map[string]any{}
	_ = json.Unmarshal(decoded, &values) // likewise
	value, isText := values[column].(string)
	if !isText {
		return Place{}, ErrBadCursor
	}
	p.Value = value
	return p, nil
}

// Columns is the page of a list sorted by a column that is asked for with pagination=keyset.
type Columns struct {
	At      Place
	PerPage int // 1 to 100
}

// ReadColumns reads cursor and per_page for a list that is sorted by a column. The error is ErrBadCursor.
func ReadColumns(v params.Values, column string) (Columns, error) {
	text, _ := v.String("cursor")
	at, err := parsePlace(text, column)
	return Columns{At: at, PerPage: ReadOffset(v).PerPage}, err
}

// Of returns the page in a list of n rows; compare tells whether row i is before the place (negative), at it (0) or
// after it, at is the place of row i.
func (c Columns) Of(n int, compare func(i int, at Place) int, at func(i int) Place) ColumnsPage {
	p := ColumnsPage{To: n, PerPage: c.PerPage}
	switch {
	case c.At.Backward:
		if c.At.ID != 0 {
			p.To = sort.Search(n, func(i int) bool { return compare(i, c.At) >= 0 })
		}
		p.From = max(p.To-c.PerPage, 0)
	default:
		if c.At.ID != 0 {
			p.From = sort.Search(n, func(i int) bool { return compare(i, c.At) > 0 })
		}
		p.To = p.From + min(c.PerPage, n-p.From)
	}
	if p.From < p.To && p.To < n {
		next := at(p.To - 1)
		p.Next = &next
	}
	return p
}

// ColumnsPage is a page of a list sorted by a column: rows From up to, not including, To.
type ColumnsPage struct {
	From, To int
	Next     *Place // nil: nothing follows
	PerPage  int
}

// SetHeaders writes the Link to the next page if there is one, as KeysetPage does.
func (p ColumnsPage) SetHeaders(h http.Header, baseURL string, v params.Values) {
	if p.Next != nil {
		h.Set("Link", LinkTo(baseURL, v.With("cursor", p.Next.String()).With("per_page", p.PerPage), "next"))
	}
}
