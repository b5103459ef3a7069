package controlapi

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// JobQuery is until when a job is waited for, if Wait is not 0.
type JobQuery struct {
	Status *string // that it has reached
	Trace  *string // that it has logged
	Wait   time.Duration
}

// JobIn is the JobQuery in the query of a call.
func JobIn(query url.Values) (q JobQuery, err error) {
	q.Wait, err = WaitIn(query)
	if query.Has("status") {
		status := query.Get("status")
		if q.Status = &status; world.StatusProblem(status) != "" {
			err = cmp.Or(err, errors.New("status: "+world.StatusProblem(status)))
		}
	}
	if query.Has("trace") {
		text := query.Get("trace")
		q.Trace = &text
	}
	return q, cmp.Or(OnlyKnown(query, "status", "trace", "wait"), err)
}

// Wanted continues the sentence "the job ..." with what is waited for: "is success".
func (q JobQuery) Wanted() string {
	var wanted []string
	if q.Status != nil {
		wanted = append(wanted, "is "+*q.Status)
	}
	if q.Trace != nil {
		wanted = append(wanted, fmt.Sprintf("has logged %q", *q.Trace))
	}
	return strings.Join(wanted, " and ")
}

// Reached reports whether a job has come that far.
func (q JobQuery) Reached(j *world.Job) bool {
	return (q.Status == nil || slices.Contains(j.History, world.JobStatus(*q.Status))) &&
		(q.Trace == nil || j.Log.Contains([]byte(*q.Trace)))
}
