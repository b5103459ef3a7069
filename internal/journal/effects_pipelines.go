package journal

const (
	schedule         = "/projects/:id/pipeline_schedules/:pipeline_schedule_id"
	scheduleVariable = schedule + "/variables/:key"
	environment      = "/projects/:id/environments/:environment_id"
	deployment       = "/projects/:id/deployments/:deployment_id"
)

var (
	progress          = []string{"status", "started_at", "finished_at", "duration", "updated_at"} // of a pipeline
	scheduleVariables = []string{"variables", "file_variables", "variable_ids"}
	stopping          = []string{"state", "auto_stop_at", "updated_at"}
	deploying         = []string{"status", "finished_at", "updated_at"}
	scheduleSettings  = []string{"description", "ref", "cron", "cron_timezone", "inactive", "next_run_at"}
)

// pipelineEffects are those of pipelines and of what starts them.
var pipelineEffects = map[string][]Effect{
	"POST /projects/:id/pipeline":                       {{Kind: "pipeline", Of: Answered, Fields: made}},
	"PUT /projects/:id/pipelines/:pipeline_id/metadata": ofPipeline("name"),
	"POST /projects/:id/pipelines/:pipeline_id/retry":   ofPipeline(progress...),
	"POST /projects/:id/pipelines/:pipeline_id/cancel":  ofPipeline(progress...),
	"DELETE /projects/:id/pipelines/:pipeline_id":       ofPipeline(Deleted),

	"POST /projects/:id/pipeline_schedules": {{Kind: "pipeline schedule", Of: Answered, Fields: made}},
	"PUT " + schedule:                       ofSchedule(scheduleSettings...),
	"DELETE " + schedule:                    ofSchedule(Deleted),
	"POST " + schedule + "/take_ownership":  ofSchedule("owner"),
	"POST " + schedule + "/play":            ofSchedule("next_run_at"),
	"POST " + schedule + "/variables":       ofSchedule(scheduleVariables...),
	"PUT " + scheduleVariable:               ofSchedule(scheduleVariables...),
	"DELETE " + scheduleVariable:            ofSchedule(scheduleVariables...),

	"PUT /projects/:id/resource_groups/:key": {{Kind: "project", Of: "id", Fields: []string{"resource_groups"}}},

	"POST /projects/:id/environments": {{Kind: "project environment", Of: Answered, Fields: made}},
	"PUT " + environment:              {{Kind: "project environment", Of: "environment_id"}},
	"DELETE " + environment:           {{Kind: "project environment", Of: "environment_id", Fields: deleted}},
	"POST " + environment + "/stop":   {{Kind: "project environment", Of: "environment_id", Fields: stopping}},
	"POST /projects/:id/deployments":  {{Kind: "deployment", Of: Answered, Fields: made}},
	"PUT " + deployment:               {{Kind: "deployment", Of: "deployment_id", Fields: deploying}},
	"DELETE " + deployment:            {{Kind: "deployment", Of: "deployment_id", Fields: deleted}},

	"POST /projects/:id/triggers":                  {{Kind: "pipeline trigger", Of: Answered, Fields: made}},
	"PUT /projects/:id/triggers/:trigger_id":       {{Kind: "pipeline trigger", Of: "trigger_id"}},
	"DELETE /projects/:id/triggers/:trigger_id":    {{Kind: "pipeline trigger", Of: "trigger_id", Fields: deleted}},
	"POST /projects/:id/trigger/pipeline":          {{Kind: "pipeline", Of: Answered, Fields: made}},
	"POST /projects/:id/ref/:ref/trigger/pipeline": {{Kind: "pipeline", Of: Answered, Fields: made}},
}

func ofPipeline(fields ...string) []Effect {
	return []Effect{{Kind: "pipeline", Of: "pipeline_id", Fields: fields}}
}

func ofSchedule(fields ...string) []Effect {
	return []Effect{{Kind: "pipeline schedule", Of: "pipeline_schedule_id", Fields: fields}}
}
