package rest

// Branches (lib/api/branches.rb and the services behind it).

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/page"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/repository"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// branchRows are the branches of a project. Nobody need say who they are: a project that is hidden from all is 404.
func branchRows() []row {
	const branches = "/projects/:id/repository/branches"
	named := []params.Param{{Name: "branch", Required: true}}
	begun := []params.Param{branchParam, {Name: "ref", Required: true, NotBlank: true}}
	return []row{
		readByJobs(row{endpoint: "GET " + branches, access: front.ByAnyone, before: repositoryReaders, handle: listBranches,
			spec: listing(pathID, []params.Param{paginationParam, {Name: "search"}, {Name: "regex"}, pageToken,
				{Name: "sort", Values: []string{"name_asc", "updated_asc", "updated_desc"}}})}),
		{endpoint: "GET " + branches + "/:branch", access: front.ByAnyone, before: repositoryReaders,
			spec: front.Declare(pathID, named), handle: getBranch},
		{endpoint: "POST " + branches, access: front.ByAnyone, before: repositoryReaders,
			spec: front.Declare(pathID, begun), handle: createBranch},
		{endpoint: "DELETE " + branches + "/:branch", access: front.ByAnyone, before: repositoryReaders,
			spec: front.Declare(pathID, []params.Param{branchParam}), handle: deleteBranch},
		{endpoint: "PUT " + branches + "/:branch/protect", access: front.ByAnyone, before: repositoryReaders,
			spec: front.Declare(pathID, []params.Param{branchParam, {Name: "developers_can_push", Kind: params.Boolean},
				{Name: "developers_can_merge", Kind: params.Boolean}}), handle: ofProtected(protectOneBranch)},
		{endpoint: "PUT " + branches + "/:branch/unprotect", access: front.ByAnyone, before: repositoryReaders,
			spec: front.Declare(pathID, []params.Param{branchParam}), handle: ofProtected(unprotectOneBranch)},
		{endpoint: "DELETE /projects/:id/repository/merged_branches", access: front.ByAnyone, before: repositoryReaders,
			spec: front.Declare(pathID), handle: deleteMergedBranches},
	}
}

// branchParam is the branch that is to change.
var branchParam = params.Param{Name: "branch", Required: true, NotBlank: true}

// pageToken is where keyset pagination of what git keeps goes on: behind that name or object.
var pageToken = params.Param{Name: "page_token"}

// codeOpen is the before block of what may be read with the code: who sees the project but not its code gets a 403.
func codeOpen(q request) *front.Response {
	if refusal := projectReaders(q); refusal != nil {
		return refusal
	}
	return front.Allow(q.OnProject(q.Project, policy.ReadCode), "")
}

// repositoryReaders is codeOpen where a project whose repository is switched off, or is for members alone, is said to
// have none (require_repository_enabled!).
func repositoryReaders(q request) *front.Response {
	if refusal := projectReaders(q); refusal != nil {
		return refusal
	}
	s := q.ProjectStanding(q.Project)
	if d := policy.UseFeature(q.Actor, s, s.Code, "files"); !d.Allowed {
		return front.NotFound("Repository").Because(d.Reason).AsRefusal()
	}
	return front.Allow(policy.ReadCode(q.Actor, s), "")
}

// codePushers is what those pass who may push code at all, whatever to.
func codePushers(q request) *front.Response {
	return front.Allow(q.OnProject(q.Project, policy.PushCode), "")
}

// said is a parameter as text, "" if it is not given.
func (q request) said(name string) string {
	s, _ := q.Params.String(name)
	return s
}

type branchEntity struct {
	Name               string       `json:"name"`
	Commit             commitEntity `json:"commit"`
	Merged             bool         `json:"merged"`
	Protected          bool         `json:"protected"`
	DevelopersCanPush  bool         `json:"developers_can_push"`
	DevelopersCanMerge bool         `json:"developers_can_merge"`
	CanPush            bool         `json:"can_push"`
	Default            bool         `json:"default"`
	WebURL             string       `json:"web_url"`
}

func (q request) branchEntity(b repository.Ref) branchEntity {
	p := q.Project
	rules := q.RefRules(p, false, b.Name)
	return branchEntity{Name: b.Name, Commit: q.gitCommitEntity(p.Repository.Commit(b.ID)), Merged: q.merged(b),
		Protected: rules.Protected, DevelopersCanPush: rules.Push == world.DevelopersUp,
		DevelopersCanMerge: rules.Merge == world.DevelopersUp, CanPush: q.pushesTo(b.Name).Allowed,
		Default: b.Name == p.DefaultBranch(), WebURL: q.WebURL(p.Path + "/-/tree/" + b.Name)}
}

// merged reports whether the default branch has all that another branch has.
func (q request) merged(b repository.Ref) bool {
	root := q.Project.DefaultBranch()
	head := q.Project.Repository.Ref(repository.Branch(root))
	return b.Name != root && q.Project.Repository.AncestorsOf(head)[b.ID]
}

// pushesTo says whether the user may push to a branch, be it there or not (lib/gitlab/user_access.rb,
// can_push_to_branch?).
func (q request) pushesTo(branch string) policy.Decision {
	rules := q.RefRulesFor(q.User, q.Project, false, branch)
	return policy.PushRef(q.Actor, q.ProjectStanding(q.Project), policy.RefChange{Name: branch,
		Protected: rules.Protected, Push: front.RefAccessOf(rules.Push), Empty: q.Project.Repository.Empty(),
		First: front.RefAccessOf(q.FirstPush(q.Project))})
}

func listBranches(q request) front.Response {
	rows := q.Project.Repository.Branches()
	query := q.said("search")
	wanted, err := regexp.Compile(q.said("regex"))
	if err != nil {
		return front.Refuse(http.StatusBadRequest, msgRegexInvalid).Because(err.Error())
	}
	rows = world.Filtered(rows, func(b repository.Ref) bool {
		return matchesName(b.Name, query) && wanted.MatchString(b.Name)
	})
	switch q.said("sort") {
	case "updated_asc":
		q.byUpdate(rows, 1)
	case "updated_desc":
		q.byUpdate(rows, -1)
	}
	return refPage(q, rows, func(token string) bool { return true }, q.branchEntity)
}

// byUpdate sorts refs by when what they name was made, the commit or, with a message, the tag; what else a tag may name
// has no time (git for-each-ref's creatordate).
func (q request) byUpdate(rows []repository.Ref, sign int) {
	r := q.Project.Repository
	made := func(ref repository.Ref) (at time.Time) {
		if t := r.AnnotatedTag(ref.ID); t != nil {
			return t.Tagger.When
		}
		if c := r.Commit(ref.ID); c != nil {
			at = c.Committer.When
		}
		return at
	}
	slices.SortStableFunc(rows, func(a, b repository.Ref) int { return sign * made(a).Compare(made(b)) })
}

// refPage answers with a page of branches or tags: by offset, or with pagination=keyset those behind the one that
// page_token names. known says whether a token is taken.
func refPage[E any](q request, rows []repository.Ref, known func(token string) bool,
	entity func(repository.Ref) E) front.Response {
	if !q.wantsKeyset() {
		return offsetPage(q, rows, false, entity)
	}
	if token := q.said("page_token"); token != "" {
		i := slices.IndexFunc(rows, func(r repository.Ref) bool { return r.Name == token })
		if !known(token) {
			return front.Refuse(http.StatusUnprocessableEntity, fmt.Sprintf(msgfPageToken, repository.Tag(token))).
				Because("no tag is called " + token)
		}
		rows = rows[i+1:]
	}
	size := page.ReadOffset(q.Params).PerPage
	shown := rows[:min(size, len(rows))]
	return tokenPage(q, entitiesOf(shown, entity), len(rows) >= size, func() string { return shown[size-1].Name })
}

// tokenPage is a page of keyset pagination whose link carries where the next one goes on; a page that is full has one.
func tokenPage[E any](q request, entities []E, full bool, token func() string) front.Response {
	res := front.OK(entities)
	if full {
		v := q.Params.With("page_token", token()).With("per_page", page.ReadOffset(q.Params).PerPage)
		res = res.With("Link", page.LinkTo(q.requestURL(), v, "next"))
	}
	return res
}

// namedBranch finds the branch of the path (find_branch! in lib/api/helpers.rb).
func (q request) namedBranch(name string) (b repository.Ref, refusal *front.Response) {
	if !repository.ValidBranch(name) {
		return b, front.Refuse(http.StatusBadRequest, msgBranchRefname).Because("git takes no branch called " + name).
			AsRefusal()
	}
	id := q.Project.Repository.Ref(repository.Branch(name))
	if id == "" {
		return b, front.NotFound("Branch").Because(q.noSuch("branch", name, q.Project.Repository.Branches())).AsRefusal()
	}
	return repository.Ref{Name: name, ID: id}, nil
}

// noSuch says that there is no branch or tag of a name, and which is nearest to it.
func (q request) noSuch(kind, name string, there []repository.Ref) string {
	err := world.Missing(kind, name, world.NamesOf(there, func(r repository.Ref) string { return r.Name }))
	return q.Project.Path + ": " + err.Error()
}

func getBranch(q request) front.Response {
	b, refusal := q.namedBranch(q.said("branch"))
	switch {
	case q.HTTP.Method == http.MethodHead && refusal != nil:
		return front.Refuse(http.StatusNotFound, front.MsgNotFound).Because(refusal.Reason)
	case q.HTTP.Method == http.MethodHead:
		return front.NoContent()
	case refusal != nil:
		return *refusal
	}
	return front.OK(q.branchEntity(b))
}

func createBranch(q request) front.Response {
	if refusal := codePushers(q); refusal != nil {
		return *refusal
	}
	name, ref, r := q.said("branch"), q.said("ref"), q.Project.Repository
	bad := func(text, why string) front.Response { return front.Refuse(http.StatusBadRequest, text).Because(why) }
	if r.Empty() {
		if refusal := q.beginWithReadme(); refusal != nil {
			return *refusal
		}
	}
	full := repository.Branch(name)
	switch {
	case !repository.ValidBranch(name):
		return bad(msgBranchInvalid, "git takes no branch called "+name)
	case r.Ref(full) != "":
		return bad(msgBranchExists, q.Project.Path+" has a branch "+name)
	}
	start := r.CommitAt(ref)
	notMade := fmt.Sprintf(msgfBranchNoRef, name, ref)
	if start == nil {
		return bad(notMade, q.noSuch("branch", ref, r.Branches()))
	}
	u := world.RefUpdate{Ref: full, Old: repository.ZeroID, New: start.ID}
	if refusal := q.pushRef(u, notMade, fmt.Sprintf(msgfBranchHierarchy, name)); refusal != nil {
		return *refusal
	}
	return front.Created(q.branchEntity(repository.Ref{Name: name, ID: start.ID}))
}

// pushRef moves a ref for the user of the request, or refuses with what a push is refused with; where git does not move
// it, with notMoved or, if another ref lies below it or above, with beside.
func (q request) pushRef(u world.RefUpdate, notMoved, beside string) *front.Response {
	if text, why := q.RefusedRef(q.Project, u); text != "" {
		return front.Refuse(http.StatusBadRequest, text).Because(why).AsRefusal()
	}
	err := q.PushRefs(q.Project, q.User, []world.RefUpdate{u}, world.PushOptions{})
	if err == nil {
		return nil
	}
	if refused := (*world.RefRefusal)(nil); errors.As(err, &refused) && refused.Beside != "" {
		notMoved = beside
	}
	return front.Refuse(http.StatusBadRequest, notMoved).Because(err.Error()).AsRefusal()
}

// deleteRef deletes a ref as pushRef moves one.
func (q request) deleteRef(ref, id string) *front.Response {
	text := fmt.Sprintf(msgfRefNotMoved, ref)
	return q.pushRef(world.RefUpdate{Ref: ref, Old: id, New: repository.ZeroID}, text, text)
}

// beginWithReadme makes the default branch of an empty repository, as whoever creates another branch first does.
func (q request) beginWithReadme() *front.Response {
	branch := q.Project.DefaultBranch()
	if d := q.pushesTo(branch); !d.Allowed {
		return front.Refuse(http.StatusBadRequest, front.RefTexts[d.Rule]).Because(d.Reason).AsRefusal()
	}
	_, err := q.Commit(q.Project, q.User, world.CommitDraft{Branch: branch, Message: "Add " + world.ReadmeFile,
		Author: q.signature(), Writes: map[string]repository.Write{world.ReadmeFile: {}}}, world.PushOptions{})
	if err != nil {
		return front.Refuse(http.StatusBadRequest, err.Error()).Because(err.Error()).AsRefusal()
	}
	return nil
}

func deleteBranch(q request) front.Response {
	if refusal := codePushers(q); refusal != nil {
		return *refusal
	}
	b, refusal := q.namedBranch(q.said("branch"))
	if refusal != nil {
		return *refusal
	}
	if refusal := q.unmodifiedSince(q.Project.Repository.Commit(b.ID).Author.When); refusal != nil {
		return *refusal
	}
	if refusal := q.deleteRef(repository.Branch(b.Name), b.ID); refusal != nil {
		return *refusal
	}
	return front.NoContent()
}

// deleteMergedBranches deletes what the default branch has all of, but for protected branches. GitLab does it in the
// background, after the answer (app/services/branches/delete_merged_service.rb).
func deleteMergedBranches(q request) front.Response {
	if refusal := codePushers(q); refusal != nil {
		return *refusal
	}
	var updates []world.RefUpdate
	for _, b := range q.Project.Repository.Branches() {
		if q.merged(b) && !q.RefRules(q.Project, false, b.Name).Protected {
			updates = append(updates, world.RefUpdate{Ref: repository.Branch(b.Name), Old: b.ID, New: repository.ZeroID})
		}
	}
	_ = q.PushRefs(q.Project, q.User, updates, world.PushOptions{}) // cannot fail: the branches have just been read
	return front.Refuse(http.StatusAccepted, msgAccepted)
}
