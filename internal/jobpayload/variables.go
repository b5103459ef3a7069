package jobpayload

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/ciexpr"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// payloadVariable is one of variables.
type payloadVariable struct {
	Key, Value                string
	Null                      bool // GitLab has no value, which references to it cannot tell from an empty one
	Public, File, Masked, Raw bool
}

// sentVariable is a variable as it is sent; file and raw are there only when they are true.
type sentVariable struct {
	Key    string  `json:"key"`
	Value  *string `json:"value"`
	Public bool    `json:"public"`
	File   bool    `json:"file,omitempty"`
	Masked bool    `json:"masked"`
	Raw    bool    `json:"raw,omitempty"`
}

// sent are variables as they are sent; they share memory with what they are made of.
func sent(variables []payloadVariable) []sentVariable {
	all := make([]sentVariable, len(variables))
	for i := range variables {
		v := &variables[i]
		all[i] = sentVariable{v.Key, &v.Value, v.Public, v.File, v.Masked, v.Raw}
		if v.Null {
			all[i].Value = nil
		}
	}
	return all
}

// variableList collects variables. Of several of one name the last wins, but all are sent, as in GitLab.
type variableList []payloadVariable

// add adds a public variable.
func (l *variableList) add(key, value string) {
	*l = append(*l, payloadVariable{Key: key, Value: value, Public: true})
}

// addNullable adds a public variable, whose value is null where it is empty.
func (l *variableList) addNullable(key, value string) {
	*l = append(*l, payloadVariable{Key: key, Value: value, Null: value == "", Public: true})
}

// nulls are those predefined variables of projects that GitLab has no value for where none is given.
var nulls = []string{"CI_PROJECT_DESCRIPTION", "CI_PROJECT_CLASSIFICATION_LABEL"}

// addKnown adds predefined variables.
func (l *variableList) addKnown(variables []ci.JobVariable) {
	for _, v := range variables {
		if slices.Contains(nulls, v.Key) {
			l.addNullable(v.Key, v.Value)
		} else {
			l.add(v.Key, v.Value)
		}
	}
}

// addSet adds a public variable if it has a value.
func (l *variableList) addSet(key, value string) {
	if value != "" {
		l.add(key, value)
	}
}

// addSecret adds a variable that is not public.
func (l *variableList) addSecret(key, value string, masked bool) {
	*l = append(*l, payloadVariable{Key: key, Value: value, Masked: masked})
}

// addAll adds variables that somebody wrote. public is whether those that are neither files nor masked are public.
func (l *variableList) addAll(variables []ci.JobVariable, public bool) {
	for _, v := range variables {
		*l = append(*l, payloadVariable{
			Key: v.Key, Value: v.Value, File: v.File, Masked: v.Masked, Raw: v.Raw, Public: public && !v.File && !v.Masked,
		})
	}
}

// addSettings adds the variables of the settings that are for an environment.
func (l *variableList) addSettings(levels [][]*world.Variable, environment string) {
	for _, level := range levels {
		for _, v := range world.OnEnvironment(level, environment) {
			*l = append(*l, payloadVariable{Key: v.Key, Value: v.Value, File: v.File, Masked: v.Masked, Raw: v.Raw})
		}
	}
}

// jobVariables lists the job's variables in GitLab's order, lowest precedence first: predefined ones, those of the job
// (JobSpec.Variables), the user's, those of dotenv reports, those of the settings, those handed in with the pipeline,
// those given when the job was played (app/models/ci/build.rb, base_variables).
// References in values are still as they were written (lib/gitlab/ci/variables/builder.rb,
// https://docs.gitlab.com/ee/ci/variables/predefined_variables.html).
func jobVariables(in Input) []payloadVariable {
	return variablesOn(in, Environment(in), in.Job.Variables)
}

// Environment is the name of the job's environment, in which references to variables that are for all environments
// stand for their values, but for those given when the job was played; to those that are not there, for nothing
// (app/models/ci/build.rb, expanded_environment_name; lib/expand_variables.rb, expand).
func Environment(in Input) string {
	if known := in.Job.EnvironmentName; known != "" {
		return known
	}
	name := in.Job.Spec.Environment.Name
	if !ciexpr.MayRefer(name) {
		return name
	}
	known := map[string]payloadVariable{}
	for _, v := range expandVariables(variablesOn(in, "", nil)) {
		known[v.Key] = v
	}
	room := ciexpr.MostExpanded
	value := func(key string) (string, bool) { return known[key].Value, true }
	return ciexpr.Replaced(name, ciexpr.InText, value, false, &room)
}

// usualVariables is for how many there is room at first, a few more than a job has of which nothing is said.
const usualVariables = 80

// variablesOn is jobVariables with those of the settings that are for an environment of that name, with those that tell
// of it, of none if the name is empty, and with those given when the job was played.
func variablesOn(in Input, environment string, given []ci.JobVariable) []payloadVariable {
	l := make(variableList, 0, usualVariables)
	l.addPersisted(in)
	l.addJob(in, environment)
	l.addKnown(world.ServerVariables(in.ServerURL, in.Version, in.Followed))
	l.addKnown(world.ProjectVariables(in.Project, in.NamespaceID, in.ServerURL, in.Followed))
	l.addKnown(world.PlaceVariables(in.Project, in.ServerURL, in.Registry))
	l.addPipeline(in)
	l.addTrace(in)
	l.add("CI_RUNNER_ID", strconv.Itoa(in.Runner.ID))
	l.addNullable("CI_RUNNER_DESCRIPTION", world.OrEmpty(in.Runner.Description))
	l.add("CI_RUNNER_TAGS", world.Inspect(in.Runner.Tags))
	l.addAll(in.Job.Spec.Variables, true)
	l.add("GITLAB_USER_ID", strconv.Itoa(in.User.ID))
	l.add("GITLAB_USER_EMAIL", in.User.Email)
	l.add("GITLAB_USER_LOGIN", in.User.Username)
	l.add("GITLAB_USER_NAME", in.User.Name)
	l.addAll(in.Dotenv, false)
	l.addSettings(in.Settings, environment)
	l.addAll(in.Pipeline.Variables, false)
	l.addAll(given, false)
	if environment != "" {
		l.add("CI_ENVIRONMENT_SLUG", world.EnvironmentSlug(environment))
		l.addSet("CI_ENVIRONMENT_URL", cmp.Or(in.Job.Spec.Environment.URL, in.EnvironmentURL))
	}
	return l
}

// addPersisted adds what is known only once a job exists: ids, URLs and its token.
func (l *variableList) addPersisted(in Input) {
	job, project := in.Job, in.ServerURL+"/"+in.Project.Path
	l.add("CI_PIPELINE_ID", strconv.Itoa(job.PipelineID))
	l.add("CI_PIPELINE_URL", project+"/-/pipelines/"+strconv.Itoa(job.PipelineID))
	l.add("CI_JOB_ID", strconv.Itoa(job.ID))
	l.add("CI_JOB_URL", project+"/-/jobs/"+strconv.Itoa(job.ID))
	l.addSecret("CI_JOB_TOKEN", job.Token, true)
	l.addSet("CI_JOB_STARTED_AT", iso8601(job.StartedAt, in.Zone))
	if in.Followed.Has(gitlabversion.StartedAtSlugVariable) {
		l.addSet("CI_JOB_STARTED_AT_SLUG", ci.Slug(iso8601(job.StartedAt, in.Zone)))
	}
	l.add("CI_REGISTRY_USER", ciJobUser)
	l.addSecret("CI_REGISTRY_PASSWORD", job.Token, true)
	l.addSecret("CI_REPOSITORY_URL", repoURL(in), false)
	if in.Followed.Has(gitlabversion.JobTagsVariable) {
		l.add("CI_JOB_RETRY_COUNT", strconv.Itoa(in.Retries))
	}
	if t := in.DeployToken; t != nil {
		l.add("CI_DEPLOY_USER", t.User())
		l.addSecret("CI_DEPLOY_PASSWORD", t.Token, true)
	}
}

// addTrace adds where a trace of the pipeline has the job.
func (l *variableList) addTrace(in Input) {
	if job := in.Job; in.Followed.Has(gitlabversion.TraceContextVariables) {
		l.add("CI_TRACEPARENT", traceParent(job))
		l.add("CI_TRACESTATE", fmt.Sprintf("gitlab=pipeline:%d;job:%d", job.PipelineID, job.ID))
	}
}

// traceParent is CI_TRACEPARENT: the pipeline as the trace and, as the span, a sum of pipeline and job
// (lib/gitlab/ci/trace_context.rb).
func traceParent(job *world.Job) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d:%d:default", job.PipelineID, job.ID))
	return fmt.Sprintf("00-%032x-%x-01", job.PipelineID, sum[:8])
}

// jsonList are texts as a list in JSON, as Ruby writes one that is put together of its items.
func jsonList(texts []string) string {
	items := make([]string, len(texts))
	for i, text := range texts {
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		_ = e.Encode(text) // a text can always be written
		items[i] = strings.TrimSuffix(b.String(), "\n")
	}
	return "[" + strings.Join(items, ", ") + "]"
}

// addJob adds what the job says of itself, and of its environment, if it has one.
func (l *variableList) addJob(in Input, environment string) {
	job := in.Job
	l.add("CI_JOB_NAME", job.Name)
	l.add("CI_JOB_NAME_SLUG", ci.Slug(job.Name))
	if in.Rules.JobGroupName {
		l.add("CI_JOB_GROUP_NAME", ci.GroupName(job.Name))
	}
	l.add("CI_JOB_STAGE", job.Stage)
	if job.Manual {
		l.add("CI_JOB_MANUAL", "true")
	}
	if in.Followed.Has(gitlabversion.JobTagsVariable) {
		l.add("CI_JOB_TAGS", jsonList(job.Tags))
	}
	if t := in.Trigger; t != nil {
		l.add("CI_PIPELINE_TRIGGERED", "true")
		if in.Followed.Has(gitlabversion.TriggerVariable) {
			l.add("CI_TRIGGER_SHORT_TOKEN", t.Short())
		}
	}
	if job.Part > 0 {
		l.add("CI_NODE_INDEX", strconv.Itoa(job.Part))
	}
	l.add("CI_NODE_TOTAL", strconv.Itoa(max(job.Parts, 1)))
	if env := job.Spec.Environment; environment != "" {
		l.add("CI_ENVIRONMENT_NAME", environment)
		l.add("CI_ENVIRONMENT_ACTION", cmp.Or(env.Action, "start"))
		l.add("CI_ENVIRONMENT_TIER", cmp.Or(env.DeploymentTier, in.EnvironmentTier,
			world.EnvironmentTier(environment)))
		l.addSet("CI_ENVIRONMENT_URL", cmp.Or(env.URL, in.EnvironmentURL))
	}
}

// addPipeline adds what is known of the pipeline and its commit.
func (l *variableList) addPipeline(in Input) {
	job, mergeRequest := in.Job, IsMergeRequestRef(in.Job.Ref)
	l.add("CI_PIPELINE_IID", strconv.Itoa(max(in.PipelineIID, 1)))
	if mergeRequest {
		l.add("CI_PIPELINE_SOURCE", world.SourceMergeRequest)
	} else {
		l.add("CI_PIPELINE_SOURCE", cmp.Or(in.Pipeline.Source, world.SourcePush))
	}
	l.addSet("CI_PIPELINE_CREATED_AT", iso8601(in.Pipeline.CreatedAt, in.Zone))
	l.addNullable("CI_PIPELINE_NAME", in.Pipeline.Name)
	if s := in.Schedule; s != nil && in.Followed.Has(gitlabversion.ScheduleDescriptionVariable) {
		l.add("CI_PIPELINE_SCHEDULE_DESCRIPTION", s.Description)
	}
	if in.Followed.Has(gitlabversion.VariablesOf19) && !mergeRequest {
		l.add("CI_CONFIG_REF_URI", world.ConfigRef(in.Project, in.ServerURL, job.Ref, job.RefIsTag))
	}
	l.addKnown(world.CommitVariables(world.CommitFacts{Commit: job.Commit, Ref: job.Ref, IsTag: job.RefIsTag,
		IsBranch: !job.RefIsTag && !mergeRequest, Protected: job.Protected, TagMessage: in.TagMessage,
		UserLogin: in.CommitUser, DefaultBranchSHA: in.DefaultBranchSHA}, in.Followed))
}

// iso8601 is t as GitLab writes times into variables, in a time zone, of which nil is UTC; "" for zero.
func iso8601(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	if zone == nil {
		zone = time.UTC
	}
	return t.In(zone).Format(time.RFC3339)
}

// mayRefer reports whether the variable's value may refer to others.
func (v payloadVariable) mayRefer() bool { return !v.Raw && ciexpr.MayRefer(v.Value) }

// references are the names that the variable's value refers to; a raw variable refers to none.
func (v payloadVariable) references() []string {
	if v.Raw {
		return nil
	}
	return ciexpr.References(v.Value)
}

// expandVariables puts each variable after those that it refers to, and the values of those in the place of the
// references. References to unknown, file and raw variables are left to the runner. If variables refer to each other in
// a circle, nothing is changed (lib/gitlab/ci/variables/collection.rb, sort_and_expand_all).
func expandVariables(variables []payloadVariable) []payloadVariable {
	if !slices.ContainsFunc(variables, payloadVariable.mayRefer) {
		return variables
	}
	order, ok := sortVariables(variables)
	if !ok {
		return variables
	}
	expanded := make([]payloadVariable, 0, len(variables))
	values, room := make(map[string]payloadVariable, len(variables)), ciexpr.MostExpanded
	for _, i := range order {
		v := variables[i]
		if v.references() != nil {
			v.Value = substituted(v.Value, values, &room)
		}
		values[v.Key] = v
		expanded = append(expanded, v)
	}
	return expanded
}

// substituted is a text with the values of the known variables in the place of references to them, as long as there is
// room for them; the rest is left to the runner.
func substituted(text string, known map[string]payloadVariable, room *int) string {
	value := func(key string) (string, bool) {
		v, ok := known[key]
		return v.Value, ok && !v.File && !v.Raw
	}
	return ciexpr.Replaced(text, ciexpr.InValue, value, true, room)
}

// sortVariables is the order, as indexes of variables, in which each comes after those that it refers to, otherwise as
// it was. It is not ok if there is a circle. A variable that refers to its own name means an earlier one of that name.
func sortVariables(variables []payloadVariable) (order []int, ok bool) {
	byKey := make(map[string][]int, len(variables))
	for i, v := range variables {
		byKey[v.Key] = append(byKey[v.Key], i)
	}
	order = make([]int, 0, len(variables))
	const visiting, done = 1, 2
	state := make([]int, len(variables))
	var visit func(i int) bool
	visit = func(i int) bool {
		if state[i] != 0 {
			return state[i] == done
		}
		state[i] = visiting
		for _, name := range variables[i].references() {
			for _, next := range byKey[name] {
				if next != i && !visit(next) {
					return false
				}
			}
		}
		state[i] = done
		order = append(order, i)
		return true
	}
	for i := range variables {
		if !visit(i) {
			return nil, false
		}
	}
	return order, true
}
