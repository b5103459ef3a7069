package rest_test

import (
	"crypto/md5"
	"crypto/sha256"
	"fmt"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/racing"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// inVersion is a fake of some version, with the world of TestVersions.
type inVersion struct {
	*testing.T
	gl *fg.Fake
}

func (v inVersion) as(username, method, path string, change ...func(*http.Request)) testkit.Reply {
	token := ""
	if username != "" {
		token = v.gl.Token(username)
	}
	return testkit.Ask(v.T, v.gl, token, method, path, change...)
}

func (v inVersion) field(username, path, field string) any {
	return v.as(username, "GET", path).Field(v.T, field)
}

// proof asks for a difference, and says what is answered before it came, while it is there and after it went.
type proof struct {
	ask                 func(inVersion) any
	before, with, after any
}

// has asks whether root finds all these attributes in those answers (true), or none (false); else it is the answers.
func has(attributes map[string]string) func(inVersion) any {
	return func(v inVersion) any {
		bodies, found, missing := "", false, false
		for path, names := range attributes {
			body := v.as("root", "GET", path).Body
			bodies += body
			for _, name := range strings.Fields(names) {
				if strings.Contains(body, `"`+name+`":`) {
					found = true
				} else {
					missing = true
				}
			}
		}
		if found == missing {
			return bodies
		}
		return found
	}
}

// TestVersions proves each difference between versions on both sides of each of its borders.
func TestVersions(t *testing.T) {
	racing.Skip(t)
	proofs := versionProofs()
	maps.Copy(proofs, neighbourProofs())
	maps.Copy(proofs, tokenScopeProofs())
	maps.Copy(proofs, variableProofs())
	maps.Copy(proofs, tokenProofs())
	maps.Copy(proofs, userProofs())
	maps.Copy(proofs, namespaceProofs())
	maps.Copy(proofs, graphqlProofs())
	maps.Copy(proofs, hookProofs())
	maps.Copy(proofs, repositoryProofs())
	maps.Copy(proofs, gitProofs())
	maps.Copy(proofs, pipelineProofs())
	for _, d := range gitlabversion.Differences() {
		row := d.Row()
		t.Run(row.What, func(t *testing.T) {
			p, ok := proofs[d]
			require.True(t, ok, "nothing proves it")
			want := map[string]any{}
			versions := bordersOf(row)
			for _, v := range versions {
				switch {
				case v.Has(d):
					want[v.String()] = p.with
				case slices.Index(gitlabversion.All(), v) < slices.Index(gitlabversion.All(), row.Since):
					want[v.String()] = p.before
				default:
					want[v.String()] = p.after
				}
			}
			fg.ForEachVersion(t, texts(versions), func(t *testing.T, gl *fg.Fake) {
				assert.Equal(t, want[gl.Version()], p.ask(inVersion{t, gl}))
			}, fg.WithScenario(versionWorld()), fg.WithUnknownEndpoints(true))
		})
	}
}

// bordersOf are the first and last versions of a difference and those next to them.
func bordersOf(row gitlabversion.Row) (borders []gitlabversion.Version) {
	all := gitlabversion.All()
	for _, border := range []gitlabversion.Version{row.Since, row.Until} {
		if at := slices.Index(all, border); at > 0 {
			borders = append(borders, all[at-1])
		}
		if border != (gitlabversion.Version{}) {
			borders = append(borders, border)
		}
	}
	return append(slices.DeleteFunc(borders, func(v gitlabversion.Version) bool {
		return v == all[len(all)-1]
	}), all[len(all)-1])
}

func texts(versions []gitlabversion.Version) (texts []string) {
	for _, v := range versions {
		texts = append(texts, v.String())
	}
	return texts
}

// Only internal/gitlabversion knows versions as numbers, and what is in its table is asked for.
func TestNothingElseComparesVersions(t *testing.T) {
	racing.Skip(t)
	compares := regexp.MustCompile(`\.(Major|Minor)\b|gitlabversion\.Version\{|\b[vV]ersion(\(\))? *([<>]|[!=]= *")`)
	asked := map[string]bool{}
	files, err := filepath.Glob(testkit.Path("*.go"))
	require.NoError(t, err)
	inner, err := filepath.Glob(testkit.Path("internal/*/*.go"))
	require.NoError(t, err)
	for _, file := range append(files, inner...) {
		may := []string{"gitlabversion", "conformance"} // the latter's cases are bound to versions of a real GitLab
		if strings.HasSuffix(file, "_test.go") || slices.Contains(may, filepath.Base(filepath.Dir(file))) {
			continue
		}
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Empty(t, compares.FindAllString(string(text), -1), file)
		for _, m := range regexp.MustCompile(`gitlabversion\.(\w+)`).FindAllStringSubmatch(string(text), -1) {
			asked[m[1]] = true
		}
	}
	for i, name := range differenceNames(t) {
		row := gitlabversion.Difference(i).Row()
		assert.Equal(t, row.Since != gitlabversion.All()[0], asked[name], "%s: whether the code asks for it", name)
	}
}

// differenceNames are the constants of the table, in their order.
func differenceNames(t *testing.T) (names []string) {
	t.Helper()
	file, err := parser.ParseFile(gotoken.NewFileSet(), testkit.Path("internal/gitlabversion/table.go"), nil, 0)
	require.NoError(t, err)
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && spec.Names[0].IsExported() {
			names = append(names, spec.Names[0].Name)
		}
		return true
	})
	require.Len(t, names, len(gitlabversion.Differences()))
	return names
}

// versionWorld is mia's, with who and what the differences are about.
func versionWorld() fg.Scenario {
	return testkit.MiasWorld().WithUser("max").WithUser("aud", func(u *fg.User) { u.Auditor = true }).
		WithSettings(func(s *fg.Settings) { s.RegistrationToken = "instance-registration" }).
		WithGroup("team", func(g *fg.Group) { g.Members = fg.Members{"max": fg.Maintainer} }).WithGroup("team/sub").
		WithProject("acme/api", func(p *fg.Project) { p.Members = fg.Members{"mia": fg.Maintainer, "max": fg.Maintainer} }).
		WithRunner("inherited", func(r *fg.Runner) { r.ID, r.Group = 8, "team/sub" }).
		WithRunner("two", func(r *fg.Runner) { r.ID, r.Projects, r.Locked = 9, []string{"acme/shop", "acme/api"}, true })
}

func versionProofs() map[gitlabversion.Difference]proof {
	status := func(username, method, path string, change ...func(*http.Request)) func(inVersion) any {
		return func(v inVersion) any { return v.as(username, method, path, change...).Status }
	}
	whole := func(username, method, path string, change ...func(*http.Request)) func(inVersion) any {
		return func(v inVersion) any { return v.as(username, method, path, change...).String() }
	}
	shows := func(username, path, text string) func(inVersion) any {
		return func(v inVersion) any { return strings.Contains(v.as(username, "GET", path).Body, text) }
	}
	return map[gitlabversion.Difference]proof{
		gitlabversion.StaleAfterSevenDays: {func(v inVersion) any {
			v.gl.ContactRunner(5, fg.RunnerManager{SystemID: "s"})
			v.gl.Advance(8 * 24 * time.Hour)
			return v.gl.RunnerStatus(5)
		}, fg.Offline, fg.Stale, nil},
		gitlabversion.AddressOfRunner: {addressOfRunner, nil, "10.0.0.1", nil},
		gitlabversion.ManageRunnerScope: {func(v inVersion) any {
			a := testkit.Ask(v.T, v.gl, v.gl.Token("mia", "read_user"), "GET", "/runners/5")
			return a.Field(v.T, "scope")
		}, "api read_api", "manage_runner api read_api", nil},
		gitlabversion.DescriptionLimit: {status("mia", "PUT", "/runners/5",
			testkit.WithForm("description="+strings.Repeat("d", 1025))), 200, 400, nil},
		gitlabversion.GroupMaintainersListRunners:          {status("max", "GET", "/groups/team/runners"), 403, 200, nil},
		gitlabversion.GroupMaintainersReadInheritedRunners: {status("max", "GET", "/runners/8"), 403, 200, nil},
		gitlabversion.GroupMaintainersReadRunnerJobs:       {status("max", "GET", "/runners/8/jobs"), 403, 200, nil},
		gitlabversion.RunnerNotFoundByName: {whole("mia", "GET", "/runners/404"),
			`404 {"message":"404 Not found"}`, `404 {"message":"404 Runner Not Found"}`, nil},
		gitlabversion.RunnerCreationShown: {func(v inVersion) any {
			// the only one of those listed that somebody made
			v.gl.AddRunner(fg.Runner{Projects: []string{"acme/shop"}, CreatedBy: "mia"})
			body := v.as("mia", "GET", "/projects/10001/runners").Body
			return []bool{strings.Count(body, `"created_by":`) == 1, strings.Contains(body, `"created_at":`),
				strings.Contains(body, `"job_execution_status":"idle"`)}
		}, []bool{false, false, false}, []bool{true, true, true}, nil},
		gitlabversion.RunnerProjectsEndpoint: {func(v inVersion) any {
			return []any{v.as("mia", "GET", "/runners/5/projects").Status,
				strings.Contains(v.as("mia", "GET", "/runners/5?include_projects=false").Body, `"projects":`)}
		}, []any{404, true}, []any{200, false}, nil},
		gitlabversion.MaintenanceNoteForUpdatersOnly: {func(v inVersion) any {
			v.gl.UpdateRunner(6, func(r *fg.Runner) { r.MaintenanceNote = "careful" })
			return v.field("sam", "/runners/6", "maintenance_note")
		}, "careful", nil, nil},
		gitlabversion.AuditorsListAllRunners: {status("aud", "GET", "/runners/all"), 403, 200, nil},
		// The owner project of a runner with one project is that project, so no answer differs: internal/policy proves the
		// rule.
		gitlabversion.OwnerProjectRulesRunner: {status("max", "PUT", "/runners/9", testkit.WithForm("paused=true")), 200, 200,
			nil},
		gitlabversion.OwnerProjectKeepsRunner: {func(v inVersion) any {
			var statuses []string
			for _, answer := range unassigned(v) {
				statuses = append(statuses, answer[:3])
			}
			return statuses
		}, []string{"204", "204"}, []string{"403", "403"}, nil},
		gitlabversion.UnassignDecidedFirst: {func(v inVersion) any { return unassigned(v) },
			[]string{`403 {"message":"403 Forbidden - User not allowed to assign runner"}`,
				`403 {"message":"403 Forbidden - You cannot unassign a runner from the owner project. Delete the runner instead"}`},
			[]string{`403 {"message":"403 Forbidden - Runner is locked"}`,
				`403 {"message":"403 Forbidden - No access granted"}`}, nil},
		gitlabversion.AssignErrorsAsText: {whole("mia", "POST", "/projects/10001/runners", testkit.WithForm("runner_id=5")),
			`400 {"message":{"assign_to":["Validation failed: Runner projects runner has already been taken"],"runner_projects.runner":["has already been taken"]}}`,
			`400 {"message":"Assign to Validation failed: Runner projects runner has already been taken - runner_error"}`, nil},
		gitlabversion.MissingScopeByName: {whole("mia", "POST", "/user/runners",
			testkit.WithForm("runner_type=project_type&project_id=404")),
			`400 {"message":"400 Bad request - Missing/invalid scope"}`,
			`400 {"message":"400 Bad request - Missing/invalid project"}`, nil},
		gitlabversion.PartitionedTokens: {tokenPrefixes, []string{"glrt-", ""}, []string{"glrt-t3_", "t1_"},
			routableTokens},
		gitlabversion.RoutableRunnerTokens: {tokenPrefixes, []string{"glrt-t3_", "t1_"}, routableTokens, nil},
		gitlabversion.NewManagersUncontacted: {func(v inVersion) any {
			v.as("", "POST", "/runners/verify", testkit.WithForm("token=shop-token&system_id=s"))
			r, _ := v.gl.Runner(5)
			return r.Managers[0].ContactedAt.IsZero()
		}, false, true, false},
		gitlabversion.VerifyContactsCreatedRunners: {func(v inVersion) any {
			v.gl.UpdateRunner(5, func(r *fg.Runner) {
				r.Managers = []fg.RunnerManager{{SystemID: "s", ContactedAt: v.gl.Now().Add(-time.Hour)}}
			})
			v.as("", "POST", "/runners/verify", testkit.WithForm("token=shop-token&system_id=s"))
			r, _ := v.gl.Runner(5)
			return []any{v.gl.RunnerStatus(5), v.gl.Now().Sub(r.Managers[0].ContactedAt)}
		}, []any{fg.NeverContacted, time.Hour}, []any{fg.Online, time.Duration(0)}, nil},
		gitlabversion.ManagerDeletionContacts: {contactByDeletion, nil, time.Duration(0), time.Hour},
		gitlabversion.OrphanedRunners: {func(v inVersion) any {
			return strings.Contains(verifyOrphan(v).(string), "Runner is orphaned")
		}, false, true, false},
		gitlabversion.OrphanedRunnersForbidden: {verifyOrphan, `422 {"message":"Runner is orphaned"}`,
			`403 {"message":"403 Forbidden - Runner is orphaned"}`, verified(100001)},
		gitlabversion.OrphanedRunnersDeleted: {func(v inVersion) any {
			v.gl.AddProject(fg.Project{Path: "short/lived"})
			r := v.gl.AddRunner(fg.Runner{Projects: []string{"short/lived"}})
			v.gl.DeleteProject("short/lived")
			_, stays := v.gl.Runner(r.ID)
			return stays
		}, true, false, true},
		gitlabversion.KASProxyURL:       {shows("mia", "/metadata", "externalK8sProxyUrl"), false, true, nil},
		gitlabversion.EmailResetOffered: {shows("root", "/user", `"email_reset_offered_at":null`), false, true, false},
		gitlabversion.UsersShowLocked:   {shows("mia", "/user", `"locked":false`), false, true, nil},
		gitlabversion.JobsShowManager:   {jobShowsManager, []bool{false, false}, []bool{true, true}, nil},
		gitlabversion.ScimIdentities:    {shows("mia", "/user", `"scim_identities":[]`), false, true, nil},
		gitlabversion.SHA256Avatars: {func(v inVersion) any {
			url := v.field("mia", "/user", "avatar_url").(string)
			return regexp.MustCompile("[0-9a-f]{32,}").FindString(url)
		}, fmt.Sprintf("%x", md5.Sum([]byte("mia@example.com"))),
			fmt.Sprintf("%x", sha256.Sum256([]byte("mia@example.com"))), nil},
		gitlabversion.PublicEmailOfUsers: {func(v inVersion) any {
			v.gl.AddRunner(fg.Runner{ID: 77, Projects: []string{"acme/shop"}, CreatedBy: "mia"})
			return strings.Contains(v.as("mia", "GET", "/runners/77").Body, `"username":"mia","public_email":null`)
		}, false, true, nil},
		gitlabversion.GitHubOfUsers: {func(v inVersion) any {
			body := v.as("mia", "GET", "/user").Body
			return []bool{strings.Contains(body, `"skype":""`), strings.Contains(body, `"github":""`)}
		}, []bool{true, false}, []bool{false, true}, nil},
		gitlabversion.PreferredLanguage: {shows("mia", "/user", `"preferred_language":"en"`), false, true, nil},
		gitlabversion.GranularShown: {shows("mia", "/personal_access_tokens/self", `"granular":false`), false, true,
			nil},
		gitlabversion.GranularTokens: {func(v inVersion) any {
			t := v.gl.AddAccessToken(fg.AccessToken{User: "mia", Scopes: []string{"granular"},
				Grants: []fg.TokenGrant{{Access: "user", Permissions: []string{"User: Read"}}}})
			return testkit.Ask(v.T, v.gl, t.Token, "GET", "/user").Status
		}, 403, 200, nil},
		gitlabversion.SecurityManagerRole: {func(v inVersion) any {
			v.gl.AddUser(fg.User{Username: "sue"})
			v.gl.UpdateProject("acme/shop", func(p *fg.Project) { p.Members["sue"] = fg.SecurityManager })
			statuses := []int{v.as("sue", "GET", "/projects?min_access_level=25").Status}
			for _, path := range []string{"/projects/10001/runners", "/runners/5"} {
				statuses = append(statuses, v.as("sue", "GET", path).Status)
			}
			return statuses
		}, []int{400, 403, 403}, []int{200, 200, 200}, nil},
		gitlabversion.KeysetAscending: {status("mia", "GET", "/runners/5/jobs?pagination=keyset&order_by=id&sort=asc"),
			405, 200, nil},
		gitlabversion.EmptyTagListNarrowsNothing: {func(v inVersion) any {
			return v.as("mia", "GET", "/projects/10001/runners?tag_list=").Body != "[]"
		}, false, true, nil},
		gitlabversion.ChosenTokenExpiry: {func(v inVersion) any {
			form := "runner_type=project_type&project_id=10001&token_expires_at=2024-07-02T12:00:00Z"
			return v.as("mia", "POST", "/user/runners", testkit.WithForm(form)).Field(v.T, "token_expires_at")
		}, nil, "2024-07-02T12:00:00.000Z", nil},
		gitlabversion.DisallowedTokensHidden: {func(v inVersion) any {
			v.gl.UpdateSettings(func(s *fg.Settings) { s.RegistrationTokensDisabled = true })
			return []bool{strings.Contains(v.as("root", "GET", "/projects/10001").Body, `"runners_token":null`),
				strings.Contains(v.as("root", "GET", "/groups/acme").Body, `"runners_token":null`)}
		}, []bool{false, false}, []bool{true, true}, nil},
		gitlabversion.TokenDescription: {shows("mia", "/personal_access_tokens/self", `"description":`), false, true, nil},
		gitlabversion.TokenLastUsedIPs: {shows("mia", "/personal_access_tokens/self", `"last_used_ips":`), false, true, nil},
		gitlabversion.NamespaceAttributesOf17: {has(map[string]string{
			"/projects/10001": "max_artifacts_size ci_delete_pipelines_in_seconds ci_push_repository_for_job_token_allowed",
			"/groups/acme":    "max_artifacts_size developer_can_initial_push"}), false, true, nil},
		gitlabversion.NamespaceAttributesOf18: {has(map[string]string{
			"/projects/10001": "show_diff_preview_in_email marked_for_deletion_on package_registry_access_level " +
				"resource_group_default_process_mode protect_merge_request_pipelines ci_display_pipeline_variables",
			"/projects?simple=true": "visibility",
			"/groups/acme?with_projects=false": "show_diff_preview_in_email marked_for_deletion_on archived duo_namespace_access_rules " +
				"service_access_tokens_expiration_enforced"}), false, true, nil},
		gitlabversion.MergeRequestTitleTemplate: {has(map[string]string{
			"/projects/10001": "mr_default_title_template"}), false, true, nil},
		gitlabversion.RunnersTokenInLists: {func(v inVersion) any {
			of := func(path string) bool { return strings.Contains(v.as("mia", "GET", path).Body, `"runners_token":"GR`) }
			return []bool{of("/projects/10001"), of("/projects"), of("/groups/acme"), of("/groups/acme/projects")}
		}, []bool{true, false, false, false}, []bool{true, true, true, true}, nil},
		gitlabversion.RegistryImportOver: {func(v inVersion) any {
			return v.field("root", "/application/settings", "container_registry_import_created_before")
		}, "2022-01-23T00:00:00.000Z", "", nil},
		gitlabversion.DefaultVisibilityUnrestricted: {func(v inVersion) any {
			return v.as("root", "PUT", "/application/settings?restricted_visibility_levels=private").Status
		}, 200, 400, nil},
		gitlabversion.PlannerRole: {func(v inVersion) any {
			return []int{v.as("mia", "GET", "/projects?min_access_level=15").Status,
				v.as("mia", "GET", "/groups?min_access_level=15").Status,
				v.as("mia", "GET", "/groups/acme/projects?min_access_level=15").Status,
				v.as("mia", "GET", "/groups/acme/subgroups?min_access_level=15").Status}
		}, []int{400, 400, 400, 400}, []int{200, 200, 200, 200}, nil},
		gitlabversion.CancelingState: {canceledGracefully, fg.JobCanceled, fg.JobCanceling, nil},
		gitlabversion.RateLimitHeaders: {func(v inVersion) any {
			v.gl.UpdateSettings(func(s *fg.Settings) { s.RateLimitHeaders = true })
			without := v.as("root", "GET", "/version").Header.Get("RateLimit-Name")
			v.gl.UpdateSettings(func(s *fg.Settings) { s.RateLimit = fg.RateLimit{Requests: 1, Per: time.Hour} })
			return []string{without, v.as("root", "GET", "/version").Header.Get("RateLimit-Name"),
				v.as("root", "GET", "/version").Header.Get("RateLimit-Name")}
		}, []string{"", "", "throttle_authenticated_api"},
			[]string{"throttle_authenticated_api", "throttle_authenticated_api", "throttle_authenticated_api"}, nil},
		gitlabversion.JobRouter: {status("", "GET", "/runners/router/discovery",
			testkit.WithHeader("RUNNER-TOKEN", "shop-token")), 404, 501, nil},
		gitlabversion.VerifyAnswersToken: {whole("", "POST", "/runners/verify", testkit.WithForm("token=shop-token")), nil,
			verified(5), nil},
		gitlabversion.RegistrationGone: {registerSwitchedOff, nil,
			`410 {"message":"410 Gone - runner registration disallowed"}`, nil},
		gitlabversion.ManagersBySystemID: {managersLeft, nil, []string{"s_b"}, nil},
		gitlabversion.JobNotProcessing: {traceOfFinishedJob, `403 {"message":"403 Forbidden - Job is not running"}`,
			`403 {"message":"403 Forbidden - Job is not processing on runner"}`, nil},
		gitlabversion.JobStatusOnUpdate: {statusOfUpdate, "", "success", nil},
		gitlabversion.ErasureBeforeStatus: {erasedJob, nil, `403 {"message":"403 Forbidden - Job has been erased!"} []`,
			`403 {"message":"403 Forbidden - Job is not processing on runner"} [success]`},
		gitlabversion.ArtifactsByRunningJobs: {ownArtifacts, nil, 401, nil},
		gitlabversion.JobInfoExtras:          {jobInfo, []bool{false, false}, []bool{true, true}, nil},
		gitlabversion.JobInputs:              {jobInputs, false, true, nil},
		gitlabversion.GitDepthOfHighest:      {depthOfTwo, 3, 7, nil},
		gitlabversion.PipelinesFetchedBySHA:  {fetchedAs, "by name", "by SHA", nil},
		gitlabversion.RunnerUUID:             {runnerUUID, false, true, nil},
		gitlabversion.QueueEndsWithJob:       {queuedAfterCancel, 90.0, 60.0, nil},
		gitlabversion.CachesByRole:           {cacheOfMaintainer, "k-non_protected", "k-protected", nil},
		gitlabversion.MaskedByWord:           {maskedToken, "it is xxxxxxxxxx", "it is [MASKED]xx", nil},
		gitlabversion.LaterFailureReasons:    {laterReason, "unknown_failure", "runner_configuration_error", nil},
		gitlabversion.MinuteBetweenLogs:      {traceInterval, nil, "60", nil},
		gitlabversion.JobTokenPrefix: {func(v inVersion) any {
			return strings.HasPrefix(v.gl.AddJob(fg.Job{Project: "acme/shop"}).Token, "glcbt-64_")
		}, false, true, nil},
		gitlabversion.JobTokenJudgedFirst: {tokenOfFinishedJob, `403 {"message":"403 Forbidden"} []`,
			`403 {"message":"403 Forbidden - Job is not processing on runner"} [success]`, nil},
		gitlabversion.PersonalTokensFetchArtifacts: {artifactsByPerson, nil, 200, 403},
		gitlabversion.EndedPipelinesUnlock:         {artifactsOfFailure, 200, 404, nil},
		gitlabversion.ExtendedTrailers:             {jobShows(`"extended_trailers":{}`), false, true, nil},
		gitlabversion.JobSource:                    {jobShows(`"tag_list":[],"source":"push"`), false, true, nil},
		gitlabversion.CancelBuildAbility:           {canceledWhileArchived, 403, 201, nil},
		gitlabversion.RerunAbilities:               {rerunWhileArchived, []int{403, 403, 403}, []int{201, 200, 403}, nil},
		gitlabversion.PlayAnswersNewAttempt:        {playedAgain, "success", "pending", nil},
		gitlabversion.JobInputsOverridden:          {retriedWithInputs, `"stage"`, `"prod"`, nil},
		gitlabversion.JobsOfRef:                    {jobsOfRef, 2, 1, nil},
		gitlabversion.TraceRanges:                  {partOfTrace, "0123456789", "234", nil},
		gitlabversion.CancelingIsIdle:              {whileCanceling, []any{"active", "active"}, []any{"idle", "idle"}, nil},
		gitlabversion.LintContentRef:               {lintedElsewhere, 200, 404, nil},
		gitlabversion.RetryReasonAliases:           {retriedByAlias, 1, 2, nil},
	}
}

// unassigned is what a Maintainer is told who unassigns a locked runner, and another from its owner project.
func unassigned(v inVersion) []string {
	unlocked := v.gl.AddRunner(fg.Runner{Projects: []string{"acme/shop", "acme/api"}})
	return []string{v.as("mia", "DELETE", "/projects/10002/runners/9").String(),
		v.as("mia", "DELETE", fmt.Sprintf("/projects/10001/runners/%d", unlocked.ID)).String()}
}

func verified(id int) string {
	token := map[int]string{5: "shop-token"}[id]
	if token == "" {
		token = "orphan-token"
	}
	return fmt.Sprintf(`200 {"id":%d,"token":"%s","token_expires_at":null}`, id, token)
}

func addressOfRunner(v inVersion) any {
	v.gl.ContactRunner(5, fg.RunnerManager{SystemID: "s", IPAddress: "10.0.0.1"})
	return v.field("mia", "/runners/5", "ip_address")
}

func tokenPrefixes(v inVersion) any {
	created := v.as("mia", "POST", "/user/runners",
		testkit.WithForm("runner_type=project_type&project_id=10001")).Field(v.T, "token").(string)
	registered := v.as("", "POST", "/runners", testkit.WithForm("token=instance-registration")).Field(v.T,
		"token").(string)
	forms := []string{}
	for _, token := range []string{created, registered} {
		form := regexp.MustCompile(`[0-9A-Za-z]{20}$`).ReplaceAllString(token, "")
		if front, payload, ok := payloadOf(token); ok {
			form = front + payload
		}
		forms = append(forms, form)
	}
	return forms
}

func verifyOrphan(v inVersion) any {
	r := v.gl.AddRunner(fg.Runner{Type: fg.ProjectRunner, Token: "orphan-token"})
	verified := v.as("", "POST", "/runners/verify", testkit.WithForm("token="+r.Token)).String()
	asked := v.as("", "POST", "/jobs/request", testkit.WithForm("token="+r.Token)).String()
	if strings.Contains(verified, "orphaned") {
		assert.Equal(v.T, verified, asked)
	} else {
		assert.Equal(v.T, "204", asked)
	}
	if strings.HasPrefix(verified, "403") {
		before := v.gl.Snapshot()
		for _, call := range []string{"POST /runners/reset_authentication_token", "DELETE /runners/managers",
			"DELETE /runners"} {
			method, path, _ := strings.Cut(call, " ")
			assert.Equal(v.T, verified, v.as("", method, path, testkit.WithForm("system_id=s&token="+r.Token)).String(), call)
		}
		v.gl.AssertSnapshot(v.T, before)
	} else {
		assert.Equal(v.T, "204", v.as("", "DELETE", "/runners", testkit.WithForm("token="+r.Token)).String())
	}
	return verified
}

func contactByDeletion(v inVersion) any {
	for _, id := range []string{"s_a", "s_b"} {
		v.gl.ContactRunner(5, fg.RunnerManager{SystemID: id})
	}
	v.gl.Advance(time.Hour)
	require.Equal(v.T, 204, v.as("", "DELETE", "/runners/managers",
		testkit.WithForm("token=shop-token&system_id=s_a")).Status)
	r, _ := v.gl.Runner(5)
	return v.gl.Now().Sub(r.ContactedAt)
}

func registerSwitchedOff(v inVersion) any {
	v.gl.UpdateSettings(func(s *fg.Settings) { s.RegistrationTokensDisabled = true })
	return v.as("", "POST", "/runners", testkit.WithForm("token=instance-registration")).String()
}

func managersLeft(v inVersion) any {
	for _, call := range []string{"POST /runners/verify a", "POST /runners/verify b", "DELETE /runners/managers a"} {
		part := strings.Fields(call)
		v.as("", part[0], part[1], testkit.WithForm("token=shop-token&system_id=s_"+part[2]))
	}
	r, _ := v.gl.Runner(5)
	var left []string
	for _, m := range r.Managers {
		left = append(left, m.SystemID)
	}
	return left
}

// startedJob is a job that the runner of the shop has taken, with what it was told.
func (v inVersion) startedJob(features ...string) (fg.Job, testkit.Reply) {
	j := v.gl.AddJob(fg.Job{Project: "acme/shop"})
	announced := testkit.Hash{}
	for _, f := range features {
		announced[f] = true
	}
	told := testkit.RequestJob(v.T, v.gl, "shop-token", testkit.Hash{"info": testkit.Hash{"features": announced}})
	require.Equal(v.T, 201, told.Status)
	return j, told
}

func canceledGracefully(v inVersion) any {
	j, _ := v.startedJob("cancel_gracefully")
	return v.gl.CancelJob(j.ID).Status
}

func traceOfFinishedJob(v inVersion) any {
	j, _ := v.startedJob()
	v.gl.FinishJob(j.ID, fg.JobSuccess)
	a := testkit.PatchTrace(v.T, v.gl, j, 0, "late")
	assert.Equal(v.T, "success", a.Header.Get("Job-Status"), "in every version")
	return fmt.Sprint(a.Status, " ", a.Body)
}

func erasedJob(v inVersion) any {
	j := v.gl.AddJob(fg.Job{Project: "acme/shop", RunnerID: 5, Status: fg.JobSuccess, Erased: true})
	a := testkit.PutState(v.T, v.gl, j, "success")
	body := strings.ReplaceAll(a.Body, "running", "processing on runner") // of 16.x
	return fmt.Sprint(a.Status, " ", body, " ", a.Header.Values("Job-Status"))
}

func maskedToken(v inVersion) any {
	j := v.gl.AddJob(fg.Job{Project: "acme/shop", Token: "0123456789", RunnerID: 5, Status: fg.JobRunning})
	require.Equal(v.T, 202, testkit.PatchTrace(v.T, v.gl, j, 0, "it is "+j.Token).Status)
	return v.gl.JobRun(j.ID).Trace()
}

func statusOfUpdate(v inVersion) any {
	j, _ := v.startedJob()
	a := testkit.PutState(v.T, v.gl, j, "success")
	assert.Equal(v.T, 200, a.Status)
	return a.Header.Get("Job-Status")
}

func ownArtifacts(v inVersion) any {
	j, _ := v.startedJob()
	require.Equal(v.T, 201, testkit.Upload(v.T, v.gl, j, "", "a.zip", []byte("PK")).Status)
	v.gl.FinishJob(j.ID, fg.JobSuccess)
	return testkit.Send(v.T, v.gl, "GET", fmt.Sprintf("/jobs/%d/artifacts", j.ID), nil, "Job-Token", j.Token).Status
}

func jobInfo(v inVersion) any {
	_, told := v.startedJob()
	return []bool{strings.Contains(told.Body, `"project_full_path"`), strings.Contains(told.Body, `"protected"`)}
}

func jobInputs(v inVersion) any {
	_, told := v.startedJob()
	_, there := told.JSON(v.T)["inputs"]
	return there
}

func laterReason(v inVersion) any {
	j, told := v.startedJob()
	announced := strings.Contains(told.Body, "runner_configuration_error")
	testkit.PutState(v.T, v.gl, j, "failed", "failure_reason", "runner_configuration_error")
	j, _ = v.gl.Job(j.ID)
	assert.Equal(v.T, announced, j.FailureReason == "runner_configuration_error", "what a runner is told it may say")
	return j.FailureReason
}

func traceInterval(v inVersion) any {
	j, _ := v.startedJob()
	return testkit.PatchTrace(v.T, v.gl, j, 0, "x").Header.Get("X-GitLab-Trace-Update-Interval")
}
