package controlapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// JobQuery is until when a job is waited for, if Waits.
type JobQuery struct {
	Status *string // that it has reached
	Trace  *string // that it has logged
	Waits  bool
	Wait   time.Duration
}

// JobIn is the JobQuery in the query of a call.
func JobIn(query url.Values) (q JobQuery, err error) {
	if query.Has("trace") {
		text := query.Get("trace")
		q.Trace = &text
	}
	q.Status, err = statusIn(query)
	q.Waits, q.Wait, err = awaitedIn(query, err, "status", "trace")
	return q, err
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
	return cmp.Or(strings.Join(wanted, " and "), "has ended")
}

// Reached reports whether a job has come that far.
func (q JobQuery) Reached(j *world.Job) bool {
	if q.Status == nil && q.Trace == nil {
		return j.Status.Completed()
	}
	return (q.Status == nil || slices.Contains(j.History, world.JobStatus(*q.Status))) &&
		(q.Trace == nil || j.Log.Contains([]byte(*q.Trace)))
}

// PipelineQuery is until when a pipeline is waited for, if Waits: until it has a status or, without one, has ended.
type PipelineQuery[S ~string] struct {
	Statuses []S
	Waits    bool
	Wait     time.Duration
}

// PipelineIn is the PipelineQuery in the query of a call.
func PipelineIn[S ~string](query url.Values) (q PipelineQuery[S], err error) {
	status, err := statusIn(query)
	if status != nil {
		q.Statuses = []S{S(*status)}
	}
	q.Waits, q.Wait, err = awaitedIn(query, err, "status")
	return q, err
}

// statusIn is the query parameter status, or nil without it.
func statusIn(query url.Values) (*string, error) {
	if !query.Has("status") {
		return nil, nil
	}
	status := query.Get("status")
	if problem := world.StatusProblem(status); problem != "" {
		return &status, errors.New("status: " + problem)
	}
	return &status, nil
}

// awaitedIn is whether and how long a query waits for what the other parameters say, which may be wrong already.
// Without wait they would say nothing.
func awaitedIn(query url.Values, wrong error, what ...string) (waits bool, wait time.Duration, err error) {
	wait, err = WaitIn(query)
	if err = cmp.Or(OnlyKnown(query, append(what, "wait")...), err, wrong); err != nil {
		return false, 0, err
	}
	waits = query.Has("wait")
	for _, name := range what {
		if query.Has(name) && !waits {
			return false, 0, fmt.Errorf("%s says what is waited for, and wait how many seconds, which is missing", name)
		}
	}
	return waits, wait, nil
}

// InVain is the error of a wait that has not come to what it waits for in its time, which may yet be so, as against one
// that cannot.
type InVain struct{ why string }

// Error says what was waited for, and how far it has come.
func (e InVain) Error() string { return e.why }

// WaitError is the error of a wait that was let go on for so long, in the words of the control API.
func WaitError(wait time.Duration, err error) error {
	if err == nil {
		return nil
	}
	text := strings.TrimPrefix(err.Error(), "fakegitlab: ")
	if !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
		return errors.New(text)
	}
	return InVain{strings.Replace(text, context.DeadlineExceeded.Error(), "the "+wait.String()+" are over", 1)}
}
