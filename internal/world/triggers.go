package world

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// CreateTrigger makes a trigger for a user (app/services/ci/pipeline_triggers/create_service.rb). The error is an
// *Invalid.
func (st *State) CreateTrigger(p *Project, owner *User, description string, expires time.Time) (
	*PipelineTrigger, error,
) {
	latest := st.Now().Truncate(day).AddDate(0, 0, maxTokenDays)
	if !expires.Before(latest) { // which zero, for never, is
		return nil, newInvalid(attrExpiresAt, "must be before "+latest.Format(time.DateOnly))
	}
	token := st.pinnedToken()
	if token == "" {
		token = st.made.hex(triggerTokens, triggerDigits)
	}
	return st.insertTrigger(&PipelineTrigger{Project: p, Owner: owner, Token: token, Description: description,
		ExpiresAt: expires}), nil
}

const (
	triggerDigits = 40
	maxTokenDays  = 365
)

// insertTrigger puts a trigger, complete but for its id and times, into the world.
func (st *State) insertTrigger(t *PipelineTrigger) *PipelineTrigger {
	t.ID = assignID(st, &st.Triggers, t.ID)
	t.CreatedAt = orNow(t.CreatedAt, st.Now())
	t.UpdatedAt = orNow(t.UpdatedAt, t.CreatedAt)
	add(st, &st.Triggers, t)
	return t
}

// DescribeTrigger changes what is said of a trigger.
func (st *State) DescribeTrigger(t *PipelineTrigger, description string) {
	t.Description, t.UpdatedAt = description, st.Now()
}

// UseTrigger notes that a trigger has made a pipeline.
func (st *State) UseTrigger(t *PipelineTrigger) { t.LastUsed = st.Now() }

// DeleteTrigger deletes a trigger; its pipelines stay, and know of none (db/structure.sql: a trigger takes its requests
// along).
func (st *State) DeleteTrigger(t *PipelineTrigger) {
	st.forgetMaker(t.Project, func(f *PipelineFacts) *int { return &f.TriggerID }, t.ID)
	st.Triggers.remove(t)
	st.onUndo(func() { st.Triggers.insert(t) })
}

// TriggersOf are the triggers of a project, by id.
func (st *State) TriggersOf(p *Project) []*PipelineTrigger {
	return Filtered(st.Triggers.Rows, func(t *PipelineTrigger) bool { return t.Project == p })
}

// TriggerByToken is the trigger with a token that has not expired; nil if there is none.
func (st *State) TriggerByToken(token string) *PipelineTrigger {
	i := slices.IndexFunc(st.Triggers.Rows, func(t *PipelineTrigger) bool { return t.Token == token })
	if i < 0 || st.over(st.Triggers.Rows[i].ExpiresAt) {
		return nil
	}
	return st.Triggers.Rows[i]
}

// AddTrigger makes a trigger of a draft, of the project at a path and the user of a name.
func (st *State) AddTrigger(path, owner string, t PipelineTrigger) (*PipelineTrigger, error) {
	var ps Problems
	var err error
	t.Project, err = st.ProjectByPath(path)
	ps.Add("project", err)
	t.Owner, err = st.UserByName(cmp.Or(owner, RootUsername))
	ps.Add("owner", err)
	ps.Add("id", freeID(&st.Triggers, "pipeline trigger", t.ID))
	same := func(o *PipelineTrigger) bool { return o.Token == t.Token }
	if t.Token != "" && slices.ContainsFunc(st.Triggers.Rows, same) {
		ps.Addf("token", "another pipeline trigger has that token")
	}
	if len(ps) > 0 {
		st.standInForTrigger(t)
		return nil, ps
	}
	if t.Token == "" {
		t.Token = st.made.hex(triggerTokens, triggerDigits)
	}
	t.Token = st.secret(triggerTokens, t.Token)
	t.Description = cmp.Or(t.Description, "trigger")
	return st.insertTrigger(&t), nil
}

// Short is what those see of the token whose trigger it is not (app/models/ci/trigger.rb, short_token).
func (t *PipelineTrigger) Short() string {
	const shown = 4
	token := strings.TrimPrefix(t.Token, triggerTokens.prefix)
	return token[:min(shown, len(token))]
}
