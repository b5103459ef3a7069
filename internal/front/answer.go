package front

// The fifth stage, the answer: what happens from the throttle to the handler's return, with the state's mutex held but
// while a body is read or a job waited for.

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// Answer lets whoever serves the request answer it.
func (q *Request) Answer() Response {
	if q.route == nil || q.longPolled() { // these may be answered without a visit to the state, or wait before it
		q.Identify()
	}
	if res := q.monitoring(); res != nil {
		return *res
	}
	if q.served != nil {
		return q.answerOutside(func() Response { return q.served.Answer(q) })
	}
	if refusal := q.unserved(); refusal != nil {
		return q.answerOutside(func() Response { return *refusal })
	}
	return q.answerRouted()
}

// answerOutside is an answer that asks nothing of the state; the throttle counts it by itself.
func (q *Request) answerOutside(answer func() Response) Response {
	refusal := q.visit(func() Response {
		q.findCredentials()
		if refusal := q.throttled(); refusal != nil {
			return *refusal
		}
		return Response{}
	})
	if refusal.Status != 0 {
		return refusal
	}
	return answer()
}

// answerRouted lets an endpoint of the table answer: in one visit to the state or, where it streams, in one before and
// one after that. The handler runs once, in the last. A request that Workhorse answers does not get there.
func (q *Request) answerRouted() Response {
	if res := q.poll(); res != nil {
		return *res
	}
	var pause func() *Response
	res := q.visit(func() Response {
		q.findCredentials()
		refusal := q.admit()
		if refusal == nil {
			pause, refusal = q.pause()
		}
		switch {
		case refusal != nil:
			return *refusal
		case pause != nil:
			return Response{}
		}
		return q.handle()
	})
	if pause == nil && res.Outside != nil {
		return res.Outside()
	}
	if pause == nil {
		return res
	}
	if refusal := pause(); refusal != nil {
		return *refusal
	}
	res = q.visit(func() Response {
		if refusal := q.validate(); refusal != nil { // the body may have brought more parameters
			return *refusal
		}
		return q.handle()
	})
	if res.Outside != nil {
		return res.Outside()
	}
	return res
}

// Again does a part of what is Outside with the state's mutex held once more. By then the world may be another one.
func (q *Request) Again(part func() Response) Response { return q.visit(part) }

// handle runs the handler. A token that was made before a Reset is there again from then on, but for a call that the
// handler refuses: that leaves the state as it was.
func (q *Request) handle() Response {
	q.remakeToken()
	res := q.route.Handle(q)
	switch refused := res.Status >= http.StatusBadRequest; {
	case refused && q.takeBack != nil:
		q.takeBack()
	case !refused && q.User != nil && !q.Anonymous():
		q.NoteActivity(q.User)
	}
	return res
}

// visit does a part of the work with the state's mutex held. A panic in it is answered with a 500.
func (q *Request) visit(part func() Response) (res Response) {
	world.Visit(q.State, func() {
		defer func() {
			if p := recover(); p != nil { // a bug in this code, whatever the request was
				res = q.Usual(http.StatusInternalServerError, "").
					Because(fmt.Sprintf("bug in fakegitlab: panic: %v", p))
			}
		}()
		res = q.unreadJobToken(part())
	})
	return res
}

// admit is all that comes before the endpoint itself: the throttle, authentication, the before block and validation.
// It returns the answer to a request that does not get as far as the endpoint, or nil.
func (q *Request) admit() *Response {
	if refusal := q.throttled(); refusal != nil {
		return refusal
	}
	switch q.route.Access {
	case byUser, ByAnyone:
		if refusal := q.authenticate(); refusal != nil {
			return refusal
		}
	case BySignIn:
		if refusal := q.signIn(); refusal != nil {
			return refusal
		}
	}
	if q.route.Before != nil {
		if refusal := q.route.Before(q); refusal != nil {
			return refusal
		}
	}
	if q.HTTP.Method == http.MethodOptions {
		return q.protocol().Options(q, q.route).AsRefusal()
	}
	return q.validate()
}

// validate reads the parameters as the endpoint declares them.
func (q *Request) validate() *Response {
	if q.route.Reads != nil {
		return nil
	}
	if q.validatePathAlone() {
		return nil
	}
	spec := q.route.declared(q.Version)
	values, problems := spec.Validate(q.tree)
	q.Params, q.validated = values, true
	q.Record.Params, q.Record.IgnoredParams = values.All(), values.Ignored()
	if len(problems) > 0 {
		text := strings.Join(problems, ", ")
		return RefuseError(http.StatusBadRequest, text).Because(withChoices(problems, spec.Params)).AsRefusal()
	}
	return nil
}

// withChoices is what is wrong with parameters, with the values from which one may be chosen: GitLab does not tell.
func withChoices(problems []string, declared []params.Param) string {
	texts := slices.Clone(problems)
	for i, problem := range problems {
		name, of, _ := strings.Cut(problem, " ")
		for _, p := range declared {
			if p.Name == name && len(p.Values) > 0 && strings.HasSuffix(of, "valid value") {
				texts[i] += " (" + strings.Join(p.Values, ", ") + ")"
			}
		}
	}
	return strings.Join(texts, ", ")
}

// pause is what the endpoint has to do without the state's mutex before its handler runs, nil for nothing.
func (q *Request) pause() (pause func() *Response, refusal *Response) {
	if q.route.Streams == nil {
		return nil, nil
	}
	read, refusal := q.route.Streams(q)
	if refusal != nil {
		return nil, refusal
	}
	return func() *Response { return q.receiveUpload(read) }, nil
}
