package fakegitlab

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

func (c *control) seed() controlAnswer {
	text, err := c.body()
	if err != nil {
		return controlError(err)
	}
	s, err := c.scenario(text)
	if err == nil {
		err = c.Seed(s)
	}
	if err != nil {
		return controlError(inText(err, text))
	}
	return controlCreated(c.Snapshot())
}

// scenario reads a scenario that is to be added to the world as it is: what the scenario refers to may exist in the
// world already.
func (c *control) scenario(text []byte) (Scenario, error) {
	var s Scenario
	found := problemsOf(s.UnmarshalJSON(text))
	if len(found) == 0 {
		return s, nil
	}
	unreadable := errors.New("nothing of it is to stay")
	var deeper []rejection
	_, _ = attempt(c.Fake, func(st *world.State) (struct{}, error) {
		deeper = seedAll(st, s)
		return struct{}{}, unreadable
	})
	return s, placedIn(text, found, deeper)
}

func (c *control) snapshot() controlAnswer { return controlOK(c.Snapshot()) }

// resetAll goes back to the start or, with a scenario in the body, starts anew with that. One with nothing in it, such
// as {} or null, counts as none, because that is what many clients send in place of an empty body.
func (c *control) resetAll() controlAnswer {
	text, err := c.body()
	if err != nil {
		return controlError(err)
	}
	s, err := ReadScenario(bytes.NewReader(text))
	if err != nil {
		return controlError(err)
	}
	world := &s
	if s.isEmpty() {
		world = nil
	}
	if err := c.reset(world); err != nil {
		return controlError(inText(err, text))
	}
	return controlDone()
}

func (c *control) token() controlAnswer {
	var in struct {
		Username string   `json:"username"`
		Scopes   []string `json:"scopes,omitzero"`
	}
	if err := c.read(&in); err != nil {
		return controlError(err)
	}
	token, err := attempt(c.Fake, func(st *world.State) (string, error) { return st.TokenOf(in.Username, in.Scopes) })
	return answered(struct {
		Token string `json:"token"`
	}{token}, err)
}

func (c *control) advance() controlAnswer {
	var in struct {
		ByNumber *time.Duration `json:"seconds,omitzero"`
		ByText   *time.Duration `json:"duration,omitzero"`
	}
	if err := c.read(&in); err != nil {
		return controlError(err)
	}
	by := in.ByNumber
	if by == nil {
		by = in.ByText
	}
	if by == nil || in.ByNumber != nil && in.ByText != nil {
		return controlError(errors.New(`give either "seconds", a number, or "duration", such as "2h"`))
	}
	err := c.Fake.advance(*by)
	return answered(struct {
		Now time.Time `json:"now"`
	}{c.Now().UTC()}, err)
}

func (c *control) runWorkers() controlAnswer {
	if err := c.read(&struct{}{}); err != nil {
		return controlError(err)
	}
	c.RunWorkers()
	return controlDone()
}

// overlay is plain data in which the fields of a JSON object replace its own; null sets a field to its zero value.
func overlay[T any](onto T, patch []byte) (T, error) {
	var next T
	var changes map[string]json.RawMessage
	if err := json.Unmarshal(patch, &changes); err != nil || changes == nil {
		malformed := placedIn(patch, problemsOf(unmarshalData(patch, &next)), nil)
		if malformed != nil && !json.Valid(patch) {
			return next, malformed
		}
		return next, errors.New("want a JSON object with the fields to change")
	}
	text, err := json.Marshal(onto)
	if err != nil {
		return next, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return next, err
	}
	maps.Copy(fields, changes)
	if text, err = json.Marshal(fields); err != nil {
		return next, err
	}
	err = unmarshalData(text, &next)
	return next, err
}

// patching changes a record, named by a path parameter, by the fields in the body.
func patching[R world.Row, T any](k editable[R, T], parameter string) func(*control) controlAnswer {
	return func(c *control) controlAnswer {
		patch, err := c.body()
		if err != nil {
			return controlError(err)
		}
		return answered(at(c, parameter, k.find, func(st *world.State, r R) (T, error) {
			return k.edit(st, r, func(next *T) (err error) {
				*next, err = overlay(*next, patch)
				return err
			})
		}))
	}
}

func (c *control) changeSettings() controlAnswer {
	patch, err := c.body()
	if err != nil {
		return controlError(err)
	}
	return answered(attempt(c.Fake, func(st *world.State) (Settings, error) {
		next, err := overlay(publicSettings(st.Settings), patch)
		if err == nil {
			err = rewriteSettings(st, next)
		}
		return publicSettings(st.Settings), err
	}))
}

// showing answers with a record, named by a path parameter, in the fields that patching changes.
func showing[R world.Row, T any](k editable[R, T], parameter string) func(*control) controlAnswer {
	return func(c *control) controlAnswer {
		return answered(at(c, parameter, k.find, func(_ *world.State, r R) (T, error) { return k.public(r), nil }))
	}
}

func (c *control) showSettings() controlAnswer { return controlOK(c.Settings()) }

func (c *control) contactRunner() controlAnswer {
	m := RunnerManager{}
	text, err := c.body()
	if err == nil {
		m, err = overlay(m, text)
	}
	if err != nil {
		return controlError(err)
	}
	return answered(atPath(c, (*world.State).RunnerByNumber, func(st *world.State, r *world.Runner) (Runner, error) {
		return contactRunner(st, r, m)
	}))
}

// runnerData is a runner with its status, which depends on the time and so is no part of a scenario.
type runnerData struct {
	Runner Runner       `json:"runner"`
	Status RunnerStatus `json:"status"`
}

func (c *control) showRunner() controlAnswer {
	return answered(atPath(c, (*world.State).RunnerByNumber, func(st *world.State, r *world.Runner) (runnerData, error) {
		return runnerData{publicRunner(r), RunnerStatus(st.RunnerStatus(r))}, nil
	}))
}

func (c *control) deletePathRunner() controlAnswer {
	_, err := atPath(c, (*world.State).RunnerByNumber, func(st *world.State, r *world.Runner) (struct{}, error) {
		st.DeleteRunner(r)
		return struct{}{}, nil
	})
	return answeredEmpty(err)
}
