package graphql

// What resolvers know of the request they serve, and what a right keeps from them. What may not be read is null without
// an error, what may not be done is null with GitLab's resource error; the reason of either is a note for the journal.

import (
	"fmt"
	"sync"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/graphqlruby"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// call is one HTTP request, with one document or several, while it is executed.
type call struct {
	*front.Request
	// asked counts how often fields have been asked for that may be once, by document and field.
	asked map[fieldOfDocument]int
	// shares is Request.SharesInstance, looked for once; nothing that GraphQL changes makes it another.
	shares func() bool
	// granular is whether the token is a fine-grained one.
	granular bool
	// readOnly is whether this GitLab takes no mutation now.
	readOnly bool
}

// fieldOfDocument is a field of a type in one document.
type fieldOfDocument struct {
	document    any
	typ, member string
}

func newCall(q *front.Request) *call {
	return &call{Request: q, shares: sync.OnceValue(q.SharesInstance),
		granular: q.Token != nil && q.Token.IsGranular()}
}

func callOf(x *exec) *call { return x.Context.(*call) }

// failure is an error at the field, with a text for the client.
func failure(text string) *graphqlruby.Error { return &graphqlruby.Error{Message: text} }

// failuref is failure with a text made of a format.
func failuref(format string, parts ...any) *graphqlruby.Error {
	return failure(fmt.Sprintf(format, parts...))
}

// noResource is the resource error, and why it is one.
func noResource(x *exec, why string) error {
	x.Note(why)
	return failure(msgNotAvailable)
}

// allow is nil if the decision allows what is asked, and else the resource error.
func allow(x *exec, d policy.Decision) error {
	if d.Allowed {
		return nil
	}
	return noResource(x, d.Reason)
}

// shown is the value if the decision lets the user see it, and else null.
func shown(x *exec, d policy.Decision, value any) any {
	if d.Allowed {
		return value
	}
	x.Note(d.Reason)
	return nil
}

// onRunner asks whether the user has an ability on a runner.
func (c *call) onRunner(r *world.Runner, may front.RunnerRule) policy.Decision {
	s := c.RunnerStanding(r)
	if r.Type == world.InstanceRunner {
		s.SharesInstance = c.shares()
	}
	if c.Anonymous() {
		return policy.Decision{Reason: fmt.Sprintf("%s has no rights on runner %d", c.Actor.Name, r.ID)}
	}
	return may(c.Actor, s, c.PolicyRules())
}

// runner is a runner, if the user sees it.
func (c *call) runner(x *exec, r *world.Runner) any {
	if r == nil {
		return nil
	}
	return shown(x, c.onRunner(r, policy.HasReadRunner), r)
}

// project is a project, if the user sees it.
func (c *call) project(x *exec, p *world.Project) any {
	if p == nil {
		return nil
	}
	return shown(x, c.OnProject(p, policy.ReadProject), p)
}

// group is a group, if the user sees it.
func (c *call) group(x *exec, g *world.Group) any {
	if g == nil {
		return nil
	}
	return shown(x, c.OnGroup(g, policy.ReadGroup), g)
}

// pipeline is a pipeline, if the user sees it: whoever sees the project's jobs does.
func (c *call) pipeline(x *exec, p *world.Pipeline) any {
	return shown(x, c.OnProject(p.Project(), policy.ReadBuild), p)
}

// once is the error of a field that a document may ask for once only (lib/gitlab/graphql/limit/field_call_count.rb).
func (c *call) once(x *exec) error {
	name := fieldOfDocument{x.Document(), x.Type, x.Field}
	if c.asked == nil {
		c.asked = map[fieldOfDocument]int{}
	}
	if c.asked[name]++; c.asked[name] > 1 {
		return failuref(msgfOncePerRequest, x.Field, x.Type)
	}
	return nil
}
