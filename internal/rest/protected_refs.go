package rest

// Protected branches and tags of a project (lib/api/protected_branches.rb, lib/api/protected_tags.rb).

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/repository"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// refsAt is where the rules for branches (false) and for tags (true) are.
var refsAt = map[bool]string{false: "protected_branches", true: "protected_tags"}

// protectedRefRows are the rules for branches and those for tags. Nobody is asked to sign in: from those who do not, a
// private project is hidden, as from strangers.
func protectedRefRows() []row {
	name := []params.Param{{Name: "name", Required: true}}
	force := params.Param{Name: "allow_force_push", Kind: params.Boolean}
	branches, tags := "/projects/:id/"+refsAt[false], "/projects/:id/"+refsAt[true]
	rows := []row{
		{endpoint: "GET " + branches, before: codeReaders, spec: listing(pathID, []params.Param{{Name: "search"}}),
			handle: listProtectedBranches},
		{endpoint: "GET " + branches + "/:name", before: codeReaders, spec: front.Declare(pathID, name),
			handle: ofRef(false, getProtectedBranch)},
		{endpoint: "POST " + branches, before: projectAdministrators, handle: protectBranch,
			spec: protectBranchSpec(),
			later: &front.LaterSpec{Since: gitlabversion.KeysOfProtectedBranches,
				Spec: protectBranchSpec(params.Param{Name: allowedToPush, Kind: params.Any})}},
		{endpoint: "PATCH " + branches + "/:name", before: ruleAdministrators,
			spec:   front.Declare(pathID, name, []params.Param{{Name: force.Name, Kind: force.Kind, NotBlank: true}}),
			handle: ofRef(false, updateProtectedBranch)},
		{endpoint: "DELETE " + branches + "/:name", before: ruleAdministrators, spec: front.Declare(pathID, name),
			handle: ofRef(false, unprotect)},
		{endpoint: "GET " + tags, before: projectAdministrators, spec: listing(pathID), handle: listProtectedTags},
		{endpoint: "GET " + tags + "/:name", before: projectAdministrators, spec: front.Declare(pathID, name),
			handle: ofRef(true, getProtectedTag)},
		{endpoint: "POST " + tags, before: projectAdministrators, handle: protectTag,
			spec: front.Declare(pathID, name, refLevel("create_access_level"))},
		{endpoint: "DELETE " + tags + "/:name", before: projectAdministrators, spec: front.Declare(pathID, name),
			handle: ofRef(true, unprotect)},
	}
	for i := range rows {
		rows[i].access = front.ByAnyone
		rows[i] = judgedLate(rows[i], gitlabversion.RefRulesJudgedLate)
	}
	return rows
}

// allowedToPush is where a request names what may push to a branch.
const allowedToPush = "allowed_to_push"

func protectBranchSpec(more ...params.Param) params.Spec {
	return front.Declare(pathID, []params.Param{{Name: "name", Required: true}}, refLevel("push_access_level"),
		refLevel("merge_access_level"), []params.Param{{Name: "allow_force_push", Kind: params.Boolean}}, more)
}

// keysToPush are the deploy keys that the request lets push to a branch. What else it lets do so wants a licence, which
// there is not: it is passed over, as is a key that is named again.
func (q request) keysToPush() (keys []world.KeyAccess, refusal *front.Response) {
	if !q.Has(gitlabversion.KeysOfProtectedBranches) {
		return nil, nil
	}
	unusable := func(at string) *front.Response {
		return front.RefuseError(http.StatusBadRequest, allowedToPush+at+" "+isUnusable).
			Because("it is a list of hashes, each with deploy_key_id").AsRefusal()
	}
	sent := q.Record.Params[allowedToPush]
	if text, isText := sent.(string); isText && strings.TrimSpace(text) == "" {
		sent = nil // as Grape reads a blank text where it wants JSON
	} else if isText {
		_ = json.Unmarshal([]byte(text), &sent) // what is no JSON stays a text, which is no list
	}
	if one, isOne := sent.(map[string]any); isOne {
		sent = []any{one}
	}
	list, isList := sent.([]any)
	if sent != nil && !isList {
		return nil, unusable("")
	}
	named := map[int]bool{}
	for i, element := range list {
		entry, isHash := element.(map[string]any)
		if !isHash {
			return nil, unusable("")
		}
		id := textOf(entry["deploy_key_id"])
		n, err := strconv.Atoi(id)
		if err != nil && id != "" {
			return nil, unusable(fmt.Sprintf("[%d][deploy_key_id]", i))
		}
		if id != "" && !named[n] {
			named[n] = true
			keys = append(keys, world.KeyAccess{Key: q.DeployKeys.ByID(n)})
		}
	}
	return keys, nil
}

// refLevel declares a level of access to protected refs.
func refLevel(name string) []params.Param {
	p := params.Param{Name: name, Kind: params.Integer}
	for _, a := range world.RefAccesses {
		p.Values = append(p.Values, strconv.Itoa(a.Level()))
	}
	return []params.Param{p}
}

// projectAdministrators is the before block of what Maintainers alone do with a project, also for what changes nothing.
func projectAdministrators(q request) *front.Response {
	if refusal := projectReaders(q); refusal != nil {
		return refusal
	}
	return front.Allow(q.OnProject(q.Project, policy.AdminProject), "")
}

// ruleAdministrators is projectAdministrators for what is done to a rule for branches, which later versions look for
// before they ask who may.
func ruleAdministrators(q request) *front.Response {
	if refusal := projectReaders(q); refusal != nil {
		return refusal
	}
	if _, refusal := q.namedRule(false); refusal != nil && q.Has(gitlabversion.RefRulesJudgedLate) {
		return refusal
	}
	return front.Allow(q.OnProject(q.Project, policy.AdminProject), "")
}

// codeReaders is the before block of the protected branches, read.
func codeReaders(q request) *front.Response {
	if refusal := projectReaders(q); refusal != nil {
		return refusal
	}
	return front.Allow(policy.ReadProtectedBranches(q.Actor, q.ProjectStanding(q.Project), q.PolicyRules()), "")
}

// ofRef hands the rule that the path names to a handler.
func ofRef(tag bool, handle func(request, *world.ProtectedRef) front.Response) func(request) front.Response {
	return func(q request) front.Response {
		r, refusal := q.namedRule(tag)
		if refusal != nil {
			return *refusal
		}
		return handle(q, r)
	}
}

// namedRule is the rule that the path names, as it is written.
func (q request) namedRule(tag bool) (*world.ProtectedRef, *front.Response) {
	if r := q.ProtectedRefNamed(q.Project, tag, q.Vars["name"]); r != nil {
		return r, nil
	}
	why := fmt.Sprintf("%s has no rule that is called %q", q.Project.Path, q.Vars["name"])
	return nil, noRecord().Because(why).AsRefusal()
}

func listProtectedBranches(q request) front.Response {
	query := q.searched()
	rows := world.Filtered(q.ProtectedRefsOf(q.Project, false), func(r *world.ProtectedRef) bool {
		return query.Matches(r.Name)
	})
	return offsetPage(q, rows, false, q.branchRule)
}

func getProtectedBranch(q request, r *world.ProtectedRef) front.Response {
	return front.OK(q.branchRule(r))
}

// newRef is a rule as the request wants it.
func (q request) newRef(tag bool, push, merge string) world.ProtectedRef {
	level := func(param string) world.RefAccess {
		n, given := q.Params.Int(param)
		if !given {
			return world.MaintainersUp
		}
		access, _ := world.RefAccessOf(n) // one of them, as declared
		return access
	}
	r := world.ProtectedRef{Project: q.Project, Tag: tag, Push: level(push), Merge: level(merge),
		ForcePush: isTrue(q.Params, "allow_force_push")}
	r.Name, _ = q.Params.String("name")
	return r
}

func protectBranch(q request) front.Response {
	wanted := q.newRef(false, "push_access_level", "merge_access_level")
	keys, refusal := q.keysToPush()
	if refusal != nil {
		return *refusal
	}
	if _, given := q.Params.Int("push_access_level"); len(keys) > 0 && !given {
		wanted.Push, wanted.KeysAlone = world.NoOne, true
	}
	wanted.Keys = keys
	if q.ProtectedRefNamed(q.Project, false, wanted.Name) != nil {
		return front.Refuse(http.StatusConflict, fmt.Sprintf(msgfBranchProtected, wanted.Name)).
			Because("there is a rule of that name")
	}
	r, err := q.ProtectRef(wanted)
	if err != nil {
		return unprotectable(err)
	}
	return front.Created(q.branchRule(r))
}

// unprotectable is how the model's refusal is told: in sentences.
func unprotectable(err error) front.Response {
	return front.Refuse(http.StatusUnprocessableEntity, err.(*world.Invalid).Sentences()).
		Because("GitLab's model refuses: " + err.Error())
}

func updateProtectedBranch(q request, r *world.ProtectedRef) front.Response {
	if allowed, given := q.Params.Bool("allow_force_push"); given {
		q.AllowForcePush(r, allowed)
	}
	return front.OK(q.branchRule(r))
}

// ofProtected hands the branch of the path to a handler that has it protected, or no more, and answers with it. These
// endpoints of branches are older than those of the rules, and know of no more than Developers.
func ofProtected(change func(request, repository.Ref) *front.Response) func(request) front.Response {
	return func(q request) front.Response {
		if refusal := front.Allow(q.OnProject(q.Project, policy.AdminProject), ""); refusal != nil {
			return *refusal
		}
		b, refusal := q.namedBranch(q.said("branch"))
		if refusal == nil {
			refusal = change(q, b)
		}
		if refusal != nil {
			return *refusal
		}
		return front.OK(q.branchEntity(b))
	}
}

// developersCan is whom a parameter lets do something to a protected branch; false if it is not given.
func (q request) developersCan(param string) (world.RefAccess, bool) {
	can, given := q.Params.Bool(param)
	if can {
		return world.DevelopersUp, given
	}
	return world.MaintainersUp, given
}

// protectOneBranch has a branch protected (app/services/protected_branches/legacy_api_create_service.rb,
// legacy_api_update_service.rb): what is not given stays as it is.
func protectOneBranch(q request, b repository.Ref) *front.Response {
	push, pushGiven := q.developersCan("developers_can_push")
	merge, mergeGiven := q.developersCan("developers_can_merge")
	r := q.ProtectedRefNamed(q.Project, false, b.Name)
	if r == nil {
		rule := world.ProtectedRef{Project: q.Project, Name: b.Name, Push: push, Merge: merge}
		_, _ = q.ProtectRef(rule) // of a name that no rule has
		return nil
	}
	if !pushGiven {
		push = r.Push
	}
	if !mergeGiven {
		merge = r.Merge
	}
	q.OpenRef(r, push, merge)
	return nil
}

func unprotectOneBranch(q request, b repository.Ref) *front.Response {
	if r := q.ProtectedRefNamed(q.Project, false, b.Name); r != nil {
		q.UnprotectRef(r)
	}
	return nil
}

func unprotect(q request, r *world.ProtectedRef) front.Response {
	if refusal := q.unmodifiedSince(r.CreatedAt); refusal != nil {
		return *refusal
	}
	q.UnprotectRef(r)
	return front.NoContent()
}

func listProtectedTags(q request) front.Response {
	return offsetPage(q, q.ProtectedRefsOf(q.Project, true), false, q.tagRule)
}

func getProtectedTag(q request, r *world.ProtectedRef) front.Response { return front.OK(q.tagRule(r)) }

func protectTag(q request) front.Response {
	r, err := q.ProtectRef(q.newRef(true, "create_access_level", ""))
	if err != nil {
		return unprotectable(err)
	}
	return front.Created(q.tagRule(r))
}

// branchRuleEntity is lib/api/entities/protected_branch.rb, with what an EE adds without a licence.
type branchRuleEntity struct {
	ID                int              `json:"id"`
	Name              string           `json:"name"`
	Push              []refLevelEntity `json:"push_access_levels"`
	Merge             []refLevelEntity `json:"merge_access_levels"`
	ForcePush         bool             `json:"allow_force_push"`
	Unprotect         []refLevelEntity `json:"unprotect_access_levels"`
	CodeOwnerApproval bool             `json:"code_owner_approval_required"`
}

// tagRuleEntity is lib/api/entities/protected_tag.rb.
type tagRuleEntity struct {
	Name   string           `json:"name"`
	Create []refLevelEntity `json:"create_access_levels"`
}

// refLevelEntity is lib/api/entities/protected_ref_access.rb. Each rule has one level of a kind for people here, whose
// id is that of the rule.
type refLevelEntity struct {
	ID          int           `json:"id"`
	AccessLevel int           `json:"access_level"`
	Description string        `json:"access_level_description"`
	DeployKeyID optional[int] `json:"deploy_key_id,omitzero"` // of what a deploy key can have
	UserID      *int          `json:"user_id"`
	GroupID     *int          `json:"group_id"`
}

// refAccessNames are what the levels are called (app/models/concerns/protected_ref_access.rb).
var refAccessNames = map[world.RefAccess]string{world.NoOne: "No one", world.DevelopersUp: "Developers + Maintainers",
	world.MaintainersUp: "Maintainers", world.AdminsOnly: "Instance admins"}

func refLevels(r *world.ProtectedRef, a world.RefAccess) []refLevelEntity {
	return []refLevelEntity{{ID: r.ID, AccessLevel: a.Level(), Description: refAccessNames[a]}}
}

// keyLevels are those of what deploy keys can have, too. The level of a key is called like it, and its number, which
// nobody looks at, is the one that GitLab's database has where nothing is said.
func (q request) keyLevels(r *world.ProtectedRef) []refLevelEntity {
	levels := []refLevelEntity{}
	if !r.KeysAlone {
		levels = refLevels(r, r.Push)
		if q.Has(gitlabversion.DeployKeyOfLevels) {
			levels[0].DeployKeyID = some[int](nil)
		}
	}
	for _, a := range r.Keys {
		levels = append(levels, refLevelEntity{ID: a.ID, AccessLevel: world.MaintainersUp.Level(),
			Description: a.Key.Title, DeployKeyID: some(&a.Key.ID)})
	}
	return levels
}

func (q request) branchRule(r *world.ProtectedRef) branchRuleEntity {
	return branchRuleEntity{ID: r.ID, Name: r.Name, Push: q.keyLevels(r), Merge: refLevels(r, r.Merge),
		ForcePush: r.ForcePush, Unprotect: []refLevelEntity{}}
}

func (q request) tagRule(r *world.ProtectedRef) tagRuleEntity {
	return tagRuleEntity{Name: r.Name, Create: q.keyLevels(r)}
}
