package graphql

// Mutations: what they all have in common, and which there are.

// mutate is a mutation: it makes the payload of an input. Its errors are empty if it says none.
type mutate func(c *call, x *exec, input args) (payload, error)

// payload is what a mutation answers, by the names of its fields.
type payload map[string]any

// unchanged is a payload that says why nothing was changed.
func unchanged(texts ...string) payload { return payload{"errors": texts} }

// mutation is the field of a mutation.
func mutation(m mutate) field {
	f := guarded(typeMutation, func(c *call, x *exec, a args) (any, error) {
		input := a["input"].(args)
		p, err := m(c, x, input)
		if err != nil {
			return nil, err
		}
		if p["errors"] == nil {
			p["errors"] = []string{}
		}
		p["clientMutationId"] = input["clientMutationId"]
		return map[string]any(p), nil
	})
	f.Cost = mutationCost
	return f
}

// mutations are all that there are in any version, by name.
func mutations() map[string]mutate {
	return map[string]mutate{
		"bulkRunnerDelete":                 bulkDeleteRunners,
		"ciJobTokenScopeAddGroupOrProject": allowEither,
		"ciJobTokenScopeAddProject":        allowProject,
		"ciJobTokenScopeRemoveGroup":       disallowGroup,
		"ciJobTokenScopeRemoveProject":     disallowProject,
		"echoCreate":                       createEcho,
		"environmentCreate":                createEnvironment,
		"environmentDelete":                deleteEnvironment,
		"environmentStop":                  stopEnvironment,
		"environmentUpdate":                updateEnvironment,
		"jobCancel":                        cancelJob,
		"jobPlay":                          playJob,
		"jobRetry":                         retryJob,
		"jobUnschedule":                    unscheduleJob,
		"pipelineCancel":                   cancelPipeline,
		"pipelineCreate":                   createPipeline,
		"pipelineDestroy":                  destroyPipeline,
		"pipelineRetry":                    retryPipeline,
		"pipelineScheduleCreate":           createSchedule,
		"pipelineScheduleDelete":           deleteSchedule,
		"pipelineSchedulePlay":             playSchedule,
		"pipelineScheduleTakeOwnership":    ownSchedule,
		"pipelineScheduleUpdate":           updateSchedule,
		"pipelineTriggerCreate":            createTrigger,
		"pipelineTriggerDelete":            deleteTrigger,
		"pipelineTriggerUpdate":            updateTrigger,
		"projectCiCdSettingsUpdate":        updateSettings,
		"runnerAssignToProject":            assignRunner,
		"runnerBulkPause":                  bulkPauseRunners,
		"runnerCreate":                     createRunner,
		"runnerDelete":                     deleteRunner,
		"runnerUnassignFromProject":        unassignRunner,
		"runnerUpdate":                     updateRunner,
		"runnersRegistrationTokenReset":    resetRegistrationToken,
	}
}
