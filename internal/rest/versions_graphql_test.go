package rest_test

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// graphqlProofs are those of the differences that GraphQL alone shows.
func graphqlProofs() map[gitlabversion.Difference]proof {
	const shop = `runner(id: "gid://gitlab/Ci::Runner/5")`
	// knows tells whether the schema has all that a document asks for.
	knows := func(document string) func(inVersion) any {
		return func(v inVersion) any { return !strings.Contains(v.graphql("root", document), `"errors"`) }
	}
	// mutates tells whether there is a mutation, by what is said to an empty input.
	mutates := func(names ...string) func(inVersion) any {
		return func(v inVersion) any {
			var there []bool
			for _, name := range names {
				there = append(there, !strings.Contains(v.graphql("root", "mutation { "+name+"(input: {}) { errors } }"),
					"Field '"+name+"' doesn't exist on type 'Mutation'"))
			}
			return there
		}
	}
	return map[gitlabversion.Difference]proof{
		gitlabversion.InstanceRunnersReadByAll: {func(v inVersion) any {
			var seen []bool
			for _, username := range []string{"mia", "sam"} { // mia is a Maintainer where instance runners serve
				seen = append(seen, strings.Contains(v.graphql(username, `{ runner(id: "gid://gitlab/Ci::Runner/6") { id } }`), "Ci::Runner/6"))
			}
			return seen
		}, []bool{true, false}, []bool{true, true}, nil},
		gitlabversion.RunnerShowsMachine: {knows(`{ ` + shop + ` { version revision ipAddress executorName architectureName platformName } }`),
			nil, true, false},
		gitlabversion.RunnerCreationMethod: {knows(`{ ` + shop + ` { creationMethod } }`), false, true, nil},
		gitlabversion.RunnerCreationState:  {knows(`{ ` + shop + ` { creationState } }`), false, true, nil},
		gitlabversion.RunnersByVersionPrefix: {func(v inVersion) any {
			return []any{knows(`{ runners(versionPrefix: "16.") { count } }`)(v),
				knows(`{ project(fullPath: "acme/shop") { runners(versionPrefix: "16.") { count } } }`)(v)}
		}, []any{false, false}, []any{true, true}, nil},
		gitlabversion.RunnersByCreatorName: {knows(`{ runners(creatorUsername: "mia") { count } }`), false, true, nil},
		gitlabversion.RunnersByOwner: {knows(`{ a: runners(ownerFullPath: "acme") { count } b: runners(ownerWildcard: ADMINISTRATORS) { count } }`),
			false, true, nil},
		gitlabversion.RunnersOfCurrentUser:  {knows(`{ currentUser { runners { count } } }`), false, true, nil},
		gitlabversion.ManagersShowExecution: {knows(`{ ` + shop + ` { managers { nodes { jobExecutionStatus } } } }`), false, true, nil},
		gitlabversion.JobCountByStatus:      {knows(`{ ` + shop + ` { jobCount(statuses: [RUNNING]) } }`), false, true, nil},
		gitlabversion.EnvironmentNamespace:  {knows(`{ project(fullPath: "acme/shop") { environments { nodes { kubernetesNamespace } } } }`), false, true, nil},
		gitlabversion.EnvironmentFlux:       {knows(`{ project(fullPath: "acme/shop") { environments { nodes { fluxResourcePath } } } }`), false, true, nil},
		gitlabversion.ProjectJobsByName:     {knows(`{ project(fullPath: "acme/shop") { jobs(name: "test") { count } } }`), false, true, nil},
		gitlabversion.JobInterface: {func(v inVersion) any {
			return []any{knows(`{ ` + shop + ` { jobs { nodes { ... on CiJobInterface { id } } } } }`)(v),
				knows(`{ ` + shop + ` { ownerProject { ... on ProjectInterface { id } } } }`)(v),
				knows(`{ project(fullPath: "acme/shop") { jobs { nodes { pipeline { status } } } } }`)(v)}
		}, []any{false, false, true}, []any{true, true, false}, nil},
		gitlabversion.StatusNames: {knows(`{ project(fullPath: "acme/shop") { jobs { nodes { detailedStatus { name } } } } }`), false, true, nil},
		gitlabversion.RetryRefusalText: {func(v inVersion) any {
			j := v.gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning})
			return strings.Contains(v.graphql("mia", fmt.Sprintf(
				`mutation { jobRetry(input: {id: "gid://gitlab/Ci::Build/%d"}) { errors } }`, j.ID)), "Job is not retryable")
		}, false, true, nil},
		gitlabversion.GraphQLSuggests: {func(v inVersion) any {
			return strings.Contains(v.graphql("root", "{ runer }"), "(Did you mean `runner` or `runners`?)")
		}, false, true, nil},
		gitlabversion.RunnerBulkPause:       {mutates("runnerBulkPause"), []bool{false}, []bool{true}, nil},
		gitlabversion.RunnerAssignMutations: {mutates("runnerAssignToProject", "runnerUnassignFromProject"), []bool{false, false}, []bool{true, true}, nil},
		gitlabversion.TriggersInGraphQL: {mutates("pipelineTriggerCreate", "pipelineTriggerDelete", "pipelineTriggerUpdate"),
			[]bool{false, false, false}, []bool{true, true, true}, nil},
		gitlabversion.PipelineSchedulesSorted: {knows(`{ project(fullPath: "acme/shop") { pipelineSchedules(sort: ID_ASC) { count } } }`),
			false, true, nil},
		gitlabversion.PipelineShowsSchedule: {knows(`{ project(fullPath: "acme/shop") { pipelines { nodes { pipelineSchedule { id } } } } }`),
			false, true, nil},
		gitlabversion.JobTokenAccessible: {func(v inVersion) any {
			const document = `{ project(fullPath: "acme/shop") { ciJobTokenScope { inboundAllowlist { nodes { __typename } } } } }`
			return strings.Contains(v.graphql("mia", document), `"CiJobTokenAccessibleProject"`)
		}, false, true, nil},
		gitlabversion.JobTokenPushSetting: {knows(`{ project(fullPath: "acme/shop") { ciCdSettings { pushRepositoryForJobTokenAllowed } } }`),
			false, true, nil},
		gitlabversion.JobTokenRemovalUnseen: {func(v inVersion) any {
			v.gl.AddProject(fg.Project{Path: "hidden/away"})
			v.gl.UpdateProject("acme/shop", func(p *fg.Project) { p.JobTokenAllowlist = []string{"hidden/away"} })
			v.graphql("mia", `mutation { ciJobTokenScopeRemoveProject(input: {direction: INBOUND, `+
				`projectPath: "acme/shop", targetProjectPath: "hidden/away"}) { errors } }`)
			p, _ := v.gl.Project("acme/shop")
			return p.JobTokenAllowlist
		}, []string{"hidden/away"}, []string(nil), nil},
		gitlabversion.GroupRunnersSetting: {knows(`{ project(fullPath: "acme/shop") { ciCdSettings { groupRunnersEnabled } } }`), false, true, nil},
		gitlabversion.CountLimit:          {knows(`{ project(fullPath: "acme/shop") { pipelines { count(limit: 1) } } }`), false, true, nil},
	}
}

// graphql is the answer to a document.
func (v inVersion) graphql(username, document string) string {
	body, err := json.Marshal(map[string]string{"query": document})
	require.NoError(v.T, err)
	return testkit.AskBy(v.T, v.gl.Client(), v.gl.URL(), v.gl.Token(username), "POST", string(strings.TrimPrefix(string(fg.GraphQL), "POST ")),
		testkit.WithJSON(string(body))).Body
}
