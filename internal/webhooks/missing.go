package webhooks

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/outside"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// Await waits for a delivery that is wanted. closed is the error once closing is closed; next is as of Wait.
func (c *Courier) Await(ctx context.Context, w Wanted, next func() <-chan struct{}, closing <-chan struct{},
	closed error) (found Delivery, err error) {
	if err := w.Check(); err != nil {
		return found, err
	}
	defer outside.Catch(func(problem string) { err = errors.New(problem) })
	err = c.Wait(ctx, next, closing, closed, func() bool {
		all := c.Find(w)
		if len(all) > 0 {
			found = all[0]
		}
		return len(all) > 0
	})
	if err != nil {
		return found, fmt.Errorf("no %s: %w\n%s", w, err, c.Lines(w))
	}
	return found, nil
}

// Missing says that nothing wanted was delivered and answered, and what came nearest; "" if something was.
func (c *Courier) Missing(w Wanted) (problem string) {
	if err := w.Check(); err != nil {
		return err.Error()
	}
	defer outside.Catch(func(panicked string) { problem = panicked })
	if slices.ContainsFunc(c.Find(w), func(d Delivery) bool { return d.Err == "" }) {
		return ""
	}
	return fmt.Sprintf("want %s delivered\n%s", w, c.Lines(w))
}

// holds asks a condition, which is a function of the test, by its place in Holds.
func (w Wanted) holds(i int, d Delivery) (holds bool) {
	outside.Asked(fmt.Sprintf("condition %d", i+1), func() { holds = w.Holds[i](d) })
	return holds
}

// missed are the numbers, from 1 on, of the conditions that do not hold of a delivery.
func (w Wanted) missed(d Delivery) (numbers []string) {
	for i := range w.Holds {
		if !w.holds(i, d) {
			numbers = append(numbers, fmt.Sprint(i+1))
		}
	}
	return numbers
}

// nearestTold is how many deliveries a message has of those that came nearest.
const nearestTold = 3

// nearest are the deliveries of the event that meet most conditions, the latest of them, and what keeps each from what
// is wanted. With one condition they are all equally near.
func (w Wanted) nearest(all []Delivery) (lines []string) {
	if len(w.Holds) < 2 {
		return nil
	}
	type near struct {
		Delivery
		missed []string
	}
	var ranked []near
	for _, d := range slices.Backward(all) {
		ranked = append(ranked, near{d, w.missed(d)})
	}
	slices.SortStableFunc(ranked, func(a, b near) int { return cmp.Compare(len(a.missed), len(b.missed)) })
	for _, n := range ranked[:min(len(ranked), nearestTold)] {
		if len(n.missed) > len(ranked[0].missed) || len(n.missed) == len(w.Holds) {
			break
		}
		text := "it meets all conditions" // and had no answer
		if len(n.missed) > 0 {
			text = fmt.Sprintf("condition %s does not hold", strings.Join(n.missed, ", "))
		}
		lines = append(lines, fmt.Sprintf("  %s; %s", n.Delivery, text))
	}
	if len(lines) > 0 {
		lines = append([]string{"nearest:"}, lines...)
	}
	return lines
}

// Summary is what a body in GitLab's form tells of: "job 2000001 (test) of main is success"; "" for another.
func Summary(body []byte) string {
	var told struct {
		ObjectKind       string          `json:"object_kind"`
		BuildID          int             `json:"build_id"`
		BuildName        string          `json:"build_name"`
		BuildStatus      world.JobStatus `json:"build_status"`
		Ref              string          `json:"ref"`
		After            string          `json:"after"`
		ObjectAttributes struct {
			ID     int             `json:"id"`
			Name   string          `json:"name"`
			Ref    string          `json:"ref"`
			Status world.JobStatus `json:"status"`
		} `json:"object_attributes"`
	}
	if json.Unmarshal(body, &told) != nil {
		return ""
	}
	switch told.ObjectKind {
	case "build":
		return fmt.Sprintf("job %d (%s) of %s is %s", told.BuildID, told.BuildName, told.Ref, told.BuildStatus)
	case "pipeline":
		p, name := told.ObjectAttributes, ""
		if p.Name != "" {
			name = " (" + p.Name + ")"
		}
		return fmt.Sprintf("pipeline %d%s of %s is %s", p.ID, name, p.Ref, p.Status)
	case "push", "tag_push":
		if strings.Trim(told.After, "0") == "" {
			return told.Ref + " is gone"
		}
		return fmt.Sprintf("%s is at %.8s", told.Ref, told.After)
	}
	return ""
}
