package rest

// Commits (lib/api/commits.rb).

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/page"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/repository"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// commitRows are the commits of a project's repository.
func commitRows() []row {
	const commits = "/projects/:id/repository/commits"
	ofOne := func(endpoint string, handle func(request, *repository.Commit) front.Response, more ...[]params.Param) row {
		return row{endpoint: endpoint, access: front.ByAnyone, before: repositoryReaders,
			spec:   front.Declare(append([][]params.Param{pathID, {{Name: "sha", Required: true}}}, more...)...),
			handle: ofCommit(handle)}
	}
	return []row{
		{endpoint: "GET " + commits, access: front.ByAnyone, before: repositoryReaders, handle: listCommits,
			spec: listing(pathID, []params.Param{{Name: "ref_name"}, {Name: "since", Kind: params.DateTime},
				{Name: "until", Kind: params.DateTime}, {Name: "path"}, {Name: "author"}, {Name: "all", Kind: params.Boolean},
				{Name: "with_stats", Kind: params.Boolean}, {Name: "first_parent", Kind: params.Boolean},
				{Name: "order", Values: []string{"default", "topo"}, Default: "default"},
				{Name: "trailers", Kind: params.Boolean, Default: false}})},
		{endpoint: "POST " + commits, access: front.ByAnyone, before: repositoryReaders, handle: createCommit,
			spec: with(front.Declare(pathID, []params.Param{branchParam, {Name: "commit_message", Required: true},
				{Name: "actions", Kind: params.Any, Required: true}, {Name: "start_branch"}, {Name: "start_sha"},
				{Name: "start_project"}}, authorParams,
				[]params.Param{statsParam, {Name: "force", Kind: params.Boolean, Default: false}}),
				params.Rule{Kind: params.MutuallyExclusive, Names: []string{"start_branch", "start_sha"}, After: "start_sha"})},
		readByJobs(ofOne("GET "+commits+"/:sha", getCommit, []params.Param{statsParam})),
		ofOne("GET "+commits+"/:sha/diff", getCommitDiff, page.Params(), []params.Param{unidiffParam}),
		ofOne("GET "+commits+"/:sha/refs", listCommitRefs, page.Params(),
			[]params.Param{{Name: "type", Values: []string{"branch", "tag", "all"}, Default: "all"}}),
		ofOne("GET "+commits+"/:sha/sequence", getCommitSequence,
			[]params.Param{{Name: "first_parent", Kind: params.Boolean, Default: false}}),
		readByJobs(row{endpoint: "GET " + commits + "/:sha/merge_requests", access: front.ByAnyone, before: repositoryReaders,
			spec:   listing(pathID, []params.Param{{Name: "sha", Required: true}, {Name: "state"}}),
			handle: listCommitMergeRequests}),
		ofOne("GET "+commits+"/:sha/signature", func(request, *repository.Commit) front.Response { return unsigned() }),
	}
}

var (
	paginationParam = params.Param{Name: "pagination"}
	statsParam      = params.Param{Name: "stats", Kind: params.Boolean, Default: true}
	unidiffParam    = params.Param{Name: "unidiff", Kind: params.Boolean, Default: false}
	authorParams    = []params.Param{{Name: "author_email"}, {Name: "author_name"}}
)

// ofCommit hands the commit that the path names to a handler.
func ofCommit(handle func(request, *repository.Commit) front.Response) func(request) front.Response {
	return func(q request) front.Response {
		c := q.Project.Repository.CommitAt(q.said("sha"))
		if c == nil {
			return front.NotFound("Commit").Because(q.noSuch("branch", q.said("sha"), q.Project.Repository.Branches()))
		}
		return handle(q, c)
	}
}

func listCommits(q request) front.Response {
	r, ref, all := q.Project.Repository, q.said("ref_name"), isTrue(q.Params, "all")
	if isBlank(ref) {
		ref = ""
	}
	if !all && (strings.HasPrefix(ref, "-") || strings.ContainsAny(ref, " :")) {
		return front.Refuse(http.StatusBadRequest, msgRefNameInvalid).
			Because("gitaly takes no revision that begins with a dash or has a blank or a colon in it")
	}
	o := repository.LogOptions{Path: strings.Trim(q.said("path"), "/"), FirstParent: isTrue(q.Params, "first_parent"),
		Topological: q.said("order") == "topo"}
	o.Since, _ = q.Params.Time("since")
	o.Until, _ = q.Params.Time("until")
	if author := q.said("author"); author != "" {
		var err error
		if o.Author, err = regexp.Compile(author); err != nil {
			o.Author = regexp.MustCompile(regexp.QuoteMeta(author))
		}
	}
	if all {
		for _, ref := range r.Refs() {
			o.From = append(o.From, r.Peel(ref.ID))
		}
	} else {
		o.From, o.Not = q.range_(ref)
	}
	at := page.ReadOffset(q.Params)
	skip := (at.Page - 1) * at.PerPage
	var shown []*repository.Commit
	for c := range r.Log(o) {
		if skip--; skip >= 0 {
			continue
		}
		if shown = append(shown, c); len(shown) == at.PerPage {
			break
		}
	}
	// GitLab does not look ahead: it takes a full page for one with another behind it.
	total := (at.Page-1)*at.PerPage + len(shown) + 1
	return paged(q, q.commitEntities(shown), at.Of(total, true), q.Params)
}

// range_ is what a revision, or two with dots between them, leads to and what it leaves out. Nothing is the default
// branch.
func (q request) range_(ref string) (from, not []string) {
	r := q.Project.Repository
	if ref == "" {
		ref = "HEAD"
	}
	below, ref, isRange := cutRange(ref)
	c := r.CommitAt(ref)
	if c == nil {
		return nil, nil
	}
	if isRange {
		switch start := r.CommitAt(below); {
		case start != nil:
			not = []string{start.ID}
		case below != repository.EmptyTreeID && !r.Has(below): // a tree hides no commits
			return nil, nil
		}
	}
	return []string{c.ID}, not
}

// cutRange parts "a..b".
func cutRange(ref string) (below, above string, isRange bool) {
	if below, above, isRange = strings.Cut(ref, ".."); isRange {
		return below, above, true
	}
	return "", ref, false
}

func (q request) commitEntities(rows []*repository.Commit) any {
	entity := q.gitCommitEntity
	if isTrue(q.Params, "trailers") {
		entity = q.withTrailers
	}
	if !isTrue(q.Params, "with_stats") {
		return entitiesOf(rows, entity)
	}
	return entitiesOf(rows, func(c *repository.Commit) commitWithStatsEntity {
		return commitWithStatsEntity{entity(c), q.commitStats(c)}
	})
}

func getCommit(q request, c *repository.Commit) front.Response { return front.OK(q.commitDetail(c)) }

func getCommitDiff(q request, c *repository.Commit) front.Response {
	return offsetPage(q, q.Project.Repository.ChangesOf(c), false, q.diffEntity)
}

// basicRefEntity is lib/api/entities/basic_ref.rb.
type basicRefEntity struct {
	Type string `json:"type"`
	Name string `json:"name"`
}

func listCommitRefs(q request, c *repository.Commit) front.Response {
	r, kind := q.Project.Repository, q.said("type")
	var rows []basicRefEntity
	has := r.Reaching(c.ID)
	for _, of := range []struct {
		kind string
		refs []repository.Ref
	}{{"branch", r.Branches()}, {"tag", r.Tags()}} {
		for _, ref := range of.refs {
			if (kind == "all" || kind == of.kind) && has(r.Peel(ref.ID)) {
				rows = append(rows, basicRefEntity{of.kind, ref.Name})
			}
		}
	}
	return offsetPage(q, rows, true, func(e basicRefEntity) basicRefEntity { return e })
}

func getCommitSequence(q request, c *repository.Commit) front.Response {
	n := 0
	o := repository.LogOptions{From: []string{c.ID}, FirstParent: isTrue(q.Params, "first_parent")}
	for range q.Project.Repository.Log(o) {
		n++
	}
	return front.OK(struct {
		Count int `json:"count"`
	}{n})
}

// listCommitMergeRequests are none, as the fake has no merge requests.
func listCommitMergeRequests(q request) front.Response {
	s := q.ProjectStanding(q.Project)
	access := front.AccessOf(q.Project.Attribute(world.AttrMergeAccess))
	if refusal := front.Allow(policy.UseFeature(q.Actor, s, access, "merge requests"), ""); refusal != nil {
		return *refusal
	}
	return ofCommit(func(q request, _ *repository.Commit) front.Response {
		return offsetPage(q, []struct{}{}, false, func(none struct{}) struct{} { return none })
	})(q)
}

// unsigned is what is said of a commit or a tag that is not signed. The fake knows no keys: to it none is.
func unsigned() front.Response {
	return front.NotFound("Signature").Because("the fake verifies no signatures: to it nothing is signed")
}

// signature is how the user of the request signs commits: with the address that is for them.
func (q request) signature() *repository.Signature {
	s := world.SignatureOf(q.User, q.Now())
	s.Email = q.commitEmail(q.User)
	return &s
}

// author is who a commit of the request is by.
func (q request) author() *repository.Signature {
	s := q.signature()
	if name := q.said("author_name"); name != "" {
		s.Name = name
	}
	if email := q.said("author_email"); email != "" {
		s.Email = email
	}
	return s
}
