package rest

// The route table: the rows of all families, in the order of GitLab's documentation.

import "github.com/fakegitlab/fakegitlab/internal/front"

// Routes are the routes of the REST API, in the order of the documentation.
func Routes() []*front.Route {
	var all []*front.Route
	for _, family := range [][]row{
		runnerRows(), registrationRows(), runnerJobRows(), jobRows(), jobTokenRows(), jobTokenScopeRows(),
		jobArtifactRows(), lintRows(), pipelineRows(), scheduleRows(), triggerRows(), commitStatusRows(), resourceGroupRows(),
		environmentRows(), deploymentRows(),
		instanceRows(), namespaceRows(), allNamespaceRows(), projectRows(), groupRows(), memberRows(), shareRows(),
		variableRows(), branchRows(), tagRows(), commitRows(), pickRows(), repositoryRows(), fileRows(),
		protectedRefRows(), resourceTokenRows(), deployTokenRows(), deployKeyRows(),
		userRows(), userStateRows(), accessTokenRows(), impersonationTokenRows(),
		hookRows(), runnerControllerRows(),
	} {
		for _, r := range family {
			all = append(all, r.route())
		}
	}
	return all
}
