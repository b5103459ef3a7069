package graphql

// The table of fields: which function reads each, and what it costs.

import (
	"maps"

	"github.com/fakegitlab/fakegitlab/internal/graphqlruby"
)

// What the executor calls things, shorter.
type (
	exec  = graphqlruby.Exec
	args  = graphqlruby.Args
	field = graphqlruby.Field
)

// rows are fields of one type, by name.
type rows map[string]field

// of is a field that is read from a record without arguments.
func of[T any](read func(c *call, record T) any) field {
	return field{Resolve: func(x *exec, parent any, _ args) (any, error) {
		return read(callOf(x), parent.(T)), nil
	}}
}

// reached is a field that reads a record for which rights count; the executor's part of the call is for telling why it
// is null.
func reached[T any](read func(c *call, x *exec, record T) any) field {
	return field{Resolve: func(x *exec, parent any, _ args) (any, error) {
		return read(callOf(x), x, parent.(T)), nil
	}}
}

// asked is a field with arguments.
func asked[T any](read func(c *call, x *exec, record T, a args) (any, error)) field {
	return field{Resolve: func(x *exec, parent any, a args) (any, error) {
		return read(callOf(x), x, parent.(T), a)
	}}
}

// listed is a field of a connection that GitLab has a resolver for.
func listed[T any](read func(c *call, x *exec, record T, a args) (any, error), extra ...extraCost) field {
	f := asked(read)
	f.Cost = resolverCost(extra...)
	return f
}

// atRoot is a field of Query.
func atRoot(read func(c *call, x *exec, a args) (any, error)) field { return guarded(typeQuery, read) }

// bindings are what the executor has to know beside the text of a schema that has these members.
func bindings(has map[string]bool) graphqlruby.Bindings {
	fields := map[string]field{}
	for name, rows := range allRows() {
		for member, f := range rows {
			if has[name+"."+member] {
				fields[name+"."+member] = f
			}
		}
	}
	known := scalars()
	if !has["CiInputsInput.value"] {
		delete(known, "CiInputsValue") // which came with it
	}
	if !has["PipelineTriggerDeleteInput.id"] {
		delete(known, "CiTriggerID") // likewise
	}
	return graphqlruby.Bindings{Fields: fields, Scalars: known, TypeOf: typeOf,
		Authorized: refusedByToken,
		Analyzers:  []func() graphqlruby.Analyzer{func() graphqlruby.Analyzer { return newRecursion() }}}
}

// allRows are the fields of all types in all versions.
func allRows() map[string]rows {
	all := map[string]rows{
		"Query": rootRows(), "Mutation": {}, "Metadata": metadataRows(), "QueryComplexity": complexityRows(),
		"CiRunner": runnerRows(), "RunnerPermissions": runnerPermissionRows(), "CiRunnerManager": managerRows(),
		"CiRunnerEdge": runnerEdgeRows(),
		"CiJob":        jobRows(), "CiJobTrace": logRows(), "CiManualVariable": manualVariableRows(),
		"JobPermissions": jobPermissionRows(), "CiStage": stageRows(),
		"CiGroup": groupOfJobsRows(), "DetailedStatus": statusRows(), "StatusAction": statusActionRows(),
		"CiBuildNeed": needRows(), "CiJobArtifact": artifactRows(), "PipelineManualVariable": variableRows(),
		"Pipeline": pipelineRows(), "Commit": commitRows(), "PipelinePermissions": pipelinePermissionRows(),
		"TestReportSummary": testReportRows(), "TestReportTotal": testTotalRows(), "TestSuite": testSuiteRows(),
		"TestSuiteSummary": testSuiteSummaryRows(), "TestCase": testCaseRows(),
		"PipelineSchedule": scheduleRows(), "PipelineSchedulePermissions": schedulePermissionRows(),
		"PipelineScheduleVariable": scheduleVariableRows(), "CiInputsField": inputFieldRows(),
		"PipelineTrigger": triggerRows(), "ProjectCiCdSetting": settingRows(), "CiJobTokenScopeType": tokenScopeRows(),
		"CiJobTokenAccessibleProject": accessibleProjectRows(), "CiJobTokenAccessibleGroup": accessibleGroupRows(),
		"Environment": environmentRows(), "EnvironmentPermissions": environmentPermissionRows(),
		"Deployment": deploymentRows(), "DeploymentPermissions": deploymentPermissionRows(),
		"Project": projectRows(), "ProjectPermissions": projectPermissionRows(),
		"Group": groupRows(), "GroupPermissions": groupPermissionRows(),
		"UserCore": userRows(), "CurrentUser": currentUserRows(),
	}
	maps.Copy(all, connectionRows())
	for name, mutate := range mutations() {
		all["Mutation"][name] = mutation(mutate)
	}
	return all
}
