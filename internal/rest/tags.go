package rest

// Tags (lib/api/tags.rb and the services behind it).

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/repository"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// tagRows are the tags of a project.
func tagRows() []row {
	const tags = "/projects/:id/repository/tags"
	named := []params.Param{{Name: "tag_name", Required: true}}
	return []row{
		readByJobs(row{endpoint: "GET " + tags, access: front.ByAnyone, before: codeOpen, handle: listTags,
			spec: listing(pathID, []params.Param{paginationParam,
				{Name: "sort", Values: []string{"asc", "desc"}, Default: "desc"},
				{Name: "order_by", Values: []string{"name", "updated", "version"}, Default: "updated"},
				{Name: "search"}, pageToken})}),
		{endpoint: "GET " + tags + "/:tag_name", access: front.ByAnyone, before: codeOpen,
			spec: front.Declare(pathID, named), handle: ofTag(getTag)},
		{endpoint: "POST " + tags, access: front.ByAnyone, before: codeOpen, handle: createTag,
			spec: front.Declare(pathID, named, []params.Param{{Name: "ref", Required: true}, {Name: "message"}})},
		{endpoint: "GET " + tags + "/:tag_name/signature", access: front.ByAnyone, before: codeOpen,
			spec:   front.Declare(pathID, named),
			handle: ofTag(func(request, repository.Ref) front.Response { return unsigned() })},
		{endpoint: "DELETE " + tags + "/:tag_name", access: front.ByAnyone, before: codeOpen,
			spec: front.Declare(pathID, named), handle: ofTag(deleteTag)},
	}
}

type tagEntity struct {
	Name      string            `json:"name"`
	Message   string            `json:"message"`
	Target    string            `json:"target"`
	Commit    commitEntity      `json:"commit"`
	Release   optional[string]  `json:"release,omitzero"` // there are none; who may read none is not told so
	Protected bool              `json:"protected"`
	CreatedAt optional[isoTime] `json:"created_at,omitzero"`
}

// tagEntity is a tag as the user of the request is shown it.
func (q request) tagEntity(t repository.Ref) tagEntity {
	return q.tagTo(q.Actor, q.ProjectStanding(q.Project), t)
}

// tagTo is a tag as somebody is shown it.
func (q request) tagTo(a policy.Actor, s policy.ProjectStanding, t repository.Ref) tagEntity {
	r := q.Project.Repository
	e := tagEntity{Name: t.Name, Target: t.ID, Protected: q.RefRules(q.Project, true, t.Name).Protected}
	if c := r.Commit(r.Peel(t.ID)); c != nil {
		e.Commit = q.gitCommitEntity(c)
	}
	if policy.ReadReleases(a, s, front.AccessOf(q.Project.Attribute(world.AttrReleasesAccess))).Allowed {
		e.Release = some[string](nil)
	}
	var made *isoTime
	if a := r.AnnotatedTag(t.ID); a != nil {
		e.Message = strings.TrimRight(a.Message, "\n")
		at := gitTime(a.Tagger.When)
		made = &at
	}
	if q.Has(gitlabversion.TagsShowCreation) {
		e.CreatedAt = some(made)
	}
	return e
}

func listTags(q request) front.Response {
	rows := world.Filtered(q.Project.Repository.Tags(), func(t repository.Ref) bool {
		return matchesName(t.Name, q.said("search"))
	})
	turn := turned(q.said("sort"))
	switch q.said("order_by") {
	case "name":
		slices.SortStableFunc(rows, func(a, b repository.Ref) int { return turn * cmp.Compare(a.Name, b.Name) })
	case "version":
		slices.SortStableFunc(rows, func(a, b repository.Ref) int { return turn * compareVersions(a.Name, b.Name) })
	default:
		q.byUpdate(rows, turn)
	}
	known := func(token string) bool { return q.Project.Repository.Ref(repository.Tag(token)) != "" }
	return refPage(q, rows, known, q.tagEntity)
}

// compareVersions compares names as versions: runs of digits as numbers of any size, all else as text.
func compareVersions(a, b string) int {
	for a != "" && b != "" {
		x, y := run(a), run(b)
		a, b = a[len(x):], b[len(y):]
		if isDigit(x[0]) && isDigit(y[0]) {
			x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
			if order := cmp.Compare(len(x), len(y)); order != 0 {
				return order
			}
		}
		if order := cmp.Compare(x, y); order != 0 {
			return order
		}
	}
	return cmp.Compare(a, b)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// run is the beginning of a name that is digits alone, or none of them.
func run(s string) string {
	n := 1
	for n < len(s) && isDigit(s[n]) == isDigit(s[0]) {
		n++
	}
	return s[:n]
}

// ofTag hands the tag that the path names to a handler.
func ofTag(handle func(request, repository.Ref) front.Response) func(request) front.Response {
	return func(q request) front.Response {
		name := q.said("tag_name")
		id := q.Project.Repository.Ref(repository.Tag(name))
		if id == "" {
			return front.NotFound("Tag").Because(q.noSuch("tag", name, q.Project.Repository.Tags()))
		}
		return handle(q, repository.Ref{Name: name, ID: id})
	}
}

func getTag(q request, t repository.Ref) front.Response { return front.OK(q.tagEntity(t)) }

func createTag(q request) front.Response {
	if refusal := front.Allow(q.OnProject(q.Project, policy.AdminTag), ""); refusal != nil {
		return *refusal
	}
	name, ref, r := q.said("tag_name"), q.said("ref"), q.Project.Repository
	notMade := fmt.Sprintf(msgfTargetInvalid, ref)
	bad := func(text, why string) front.Response { return front.Refuse(http.StatusBadRequest, text).Because(why) }
	switch {
	case isBlank(ref):
		return bad(msgTargetEmpty, "ref is blank")
	case !repository.ValidBranch(name):
		return bad(msgTagInvalid, "git takes no tag called "+name)
	case r.Ref(repository.Tag(name)) != "":
		return bad(fmt.Sprintf(msgfTagExists, name), q.Project.Path+" has a tag "+name)
	}
	target := r.CommitAt(ref)
	if target == nil {
		return bad(notMade, q.noSuch("branch", ref, r.Branches()))
	}
	u := world.RefUpdate{Ref: repository.Tag(name), Old: repository.ZeroID, New: target.ID}
	var refusal *front.Response
	r.Try(func() bool {
		if message := strings.TrimSpace(q.said("message")); message != "" {
			u.New = r.Add(repository.AnnotatedTag{Target: target.ID, TargetKind: repository.KindCommit, Name: name,
				Tagger: *q.signature(), Message: message}.Object())
		}
		refusal = q.pushRef(u, notMade, notMade)
		return refusal == nil
	})
	if refusal != nil {
		return *refusal
	}
	// lib/api/tags.rb does not say who asks here: releases are shown as to somebody who has not signed in.
	nobody := front.ProjectStandingOf(front.Nobody, q.Project)
	return front.Created(q.tagTo(policy.Anonymous(), nobody, repository.Ref{Name: name, ID: u.New}))
}

func deleteTag(q request, t repository.Ref) front.Response {
	isProtected := q.RefRules(q.Project, true, t.Name).Protected
	may := policy.DeleteTag(q.Actor, q.ProjectStanding(q.Project), isProtected)
	if refusal := front.Allow(may, ""); refusal != nil {
		return *refusal
	}
	if c := q.Project.Repository.Commit(q.Project.Repository.Peel(t.ID)); c != nil {
		if refusal := q.unmodifiedSince(c.Author.When); refusal != nil {
			return *refusal
		}
	}
	if refusal := q.deleteRef(repository.Tag(t.Name), t.ID); refusal != nil {
		return *refusal
	}
	return front.NoContent()
}
