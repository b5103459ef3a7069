package rest

// Refusals that several families share.

import (
	"net/http"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// noRecord is the answer where GitLab's database does not find what is looked up by its ID (rescue_from in
// lib/api/api.rb).
func noRecord() front.Response {
	r := front.Refuse(http.StatusNotFound, front.MsgNotFoundRecord)
	r.Bare = true
	return r
}

// gitlabFails is the 500 where GitLab's own code raises what nothing rescues (lib/api/helpers.rb,
// handle_api_exception).
func gitlabFails(reason string) *front.Response {
	r := front.Refuse(http.StatusInternalServerError, front.MsgInternalError).Because("GitLab fails here: " + reason)
	r.Bare = true
	return &r
}

// modelError is how a model's refusal is told as a hash of attributes.
func modelError(err error) front.Response {
	return front.Refuse(http.StatusBadRequest, problemsHash(err)).Because("GitLab's model refuses: " + err.Error())
}

// problemsHash are the texts of a refusal by attribute.
func problemsHash(err error) map[string][]string {
	hash := map[string][]string{}
	if v, ok := err.(*world.Invalid); ok {
		for _, p := range v.Problems {
			hash[p.Attribute] = append(hash[p.Attribute], p.Text)
		}
	}
	return hash
}

// dateLayouts are the dates that If-Unmodified-Since is understood in; Ruby's Time.parse knows more.
var dateLayouts = []string{
	http.TimeFormat, time.RFC1123Z, time.RFC3339Nano,
	"2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05", "2006-01-02 15:04:05 -0700",
	"Mon, 2 Jan 2006 15:04:05 MST", "Mon, 2 Jan 2006 15:04:05 -0700",
	"2 Jan 2006 15:04:05 MST", "2 Jan 2006 15:04:05 -0700",
	time.RFC850, time.ANSIC, time.DateOnly,
}

// unmodifiedSince is the 412 for a record that has changed since If-Unmodified-Since; a date that nobody can read
// counts as none (lib/api/helpers.rb, check_unmodified_since!).
func (q request) unmodifiedSince(updatedAt time.Time) *front.Response {
	sent := q.HTTP.Header.Get(headerUnmodifiedSince)
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, sent); err == nil {
			if updatedAt.After(t) {
				return front.Refuse(http.StatusPreconditionFailed, front.MsgPrecondition).
					Because("it was changed at " + updatedAt.Format(time.RFC3339)).AsRefusal()
			}
			return nil
		}
	}
	return nil
}

// newInvalid is what the model says of one attribute where the request alone shows it.
func newInvalid(attribute, text string) error {
	v := &world.Invalid{}
	v.Add(attribute, text)
	return v
}
