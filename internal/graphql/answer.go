package graphql

// What GitLab answers: what the documents come to, or a refusal of the whole request
// (app/controllers/graphql_controller.rb).

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/graphqlruby"
)

const contentType = "application/json; charset=utf-8"

// maxQuerySize is how many characters the documents of a request may have together.
const maxQuerySize = 10_000

// errorsBody is the body of a refusal.
type errorsBody struct {
	Errors []errorBody `json:"errors"`
}

type errorBody struct {
	Message string `json:"message"`
}

// shape is a refusal in GraphQL's form. With 200 it is what one gets of a document that failed, and of a batch for each
// of its documents.
func shape(q *front.Request, status int, text string) front.Response {
	if text == "" {
		text = usualTexts[status]
	}
	switch {
	case text == front.MsgReadOnly:
		if results := readOnly(q); results != nil {
			return front.Response{Status: http.StatusOK, Body: results, ContentType: contentType}
		}
		status = http.StatusOK // mutations say it, where what stands before GitLab has let them through
	case status == http.StatusBadGateway && text == "", status == http.StatusNoContent, status == http.StatusNotModified:
		return front.Usual(status, "") // it has no body, or one of what stands before GitLab
	case text == "":
		text = http.StatusText(status)
	}
	var body any = errorsBody{[]errorBody{{text}}}
	if a, read := q.Asked.(*incoming); read && a.batch && status == http.StatusOK {
		body = slices.Repeat([]any{body}, len(a.documents))
	}
	res := front.Response{Status: status, Body: body, ContentType: contentType}
	if status >= http.StatusBadRequest {
		return res.With("X-Gitlab-Custom-Error", "1")
	}
	return res
}

// readOnly is the answer of a GitLab that takes no mutations to a request of nothing else: each is null, and says why
// (app/graphql/mutations/base_mutation.rb, ready?). It is nil for other requests. No state is looked at.
func readOnly(q *front.Request) any {
	a, read := q.Asked.(*incoming)
	if !read || slices.ContainsFunc(a.documents, func(d document) bool {
		return !d.mutates()
	}) {
		return nil
	}
	limits := graphqlruby.Limits{Depth: depthForUsers, Complexity: complexityForAdmins}
	c := newCall(q)
	c.readOnly = true
	results := a.run(c, func(bool) graphqlruby.Limits { return limits })
	if a.batch {
		return results
	}
	return results[0]
}

// refused is a refusal of the whole request.
func refused(q *front.Request, status int, text string) front.Response {
	return shape(q, status, text).Because(text)
}

// handle answers a request of somebody who was let in.
func handle(q *front.Request) front.Response {
	a := q.Asked.(*incoming)
	if refusal := a.refusal(q); refusal != nil {
		return *refusal
	}
	results := execute(q, a)
	for _, r := range results {
		if r.Bug != nil {
			return failed(q, r.Bug)
		}
	}
	var body any = results
	if !a.batch {
		body = results[0]
	}
	return front.Response{Status: http.StatusOK, Body: body, ContentType: contentType}.Because(a.reason(q, results))
}

// failed is the 500 where GitLab's own code fails, or this.
func failed(q *front.Request, bug error) front.Response {
	why := "bug in fakegitlab: " + bug.Error()
	if ofGitLab := (*GitLabFails)(nil); errors.As(bug, &ofGitLab) {
		why = ofGitLab.Error()
	}
	return shape(q, http.StatusInternalServerError, "").Because(why)
}

// refusal is what GitLab refuses before it looks into the documents, in its order.
func (a *incoming) refusal(q *front.Request) *front.Response {
	method := q.HTTP.Method
	mutates := slices.ContainsFunc(a.documents, func(d document) bool { return d.mutates() })
	switch {
	case slices.ContainsFunc(a.documents, func(d document) bool { return d.noText }):
		return failed(q, &GitLabFails{"a document of the batch has no query"}).AsRefusal()
	case a.size() > maxQuerySize:
		return refused(q, http.StatusUnprocessableEntity, msgQueryTooLarge).AsRefusal()
	case mutates && (method == http.MethodGet || method == http.MethodHead):
		return refused(q, http.StatusUnprocessableEntity, fmt.Sprintf(msgfMutationForbidden, method)).AsRefusal()
	}
	for _, d := range a.documents {
		if d.unreadable != "" {
			return refused(q, http.StatusUnprocessableEntity, d.unreadable).AsRefusal()
		}
	}
	return nil
}
