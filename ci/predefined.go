package ci

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
)

// predefined are the variables that follow from the context.
func (x Context) predefined() JobVariables {
	variables := JobVariables{{Key: "CI", Value: "true"}, {Key: "GITLAB_CI", Value: "true"},
		{Key: "CI_PIPELINE_SOURCE", Value: x.source()}, {Key: "CI_COMMIT_REF_NAME", Value: x.Ref},
		{Key: "CI_COMMIT_REF_SLUG", Value: Slug(x.Ref)}}
	switch {
	case x.Tag:
		variables = append(variables, JobVariable{Key: "CI_COMMIT_TAG", Value: x.Ref})
	case x.source() != mergeRequestEvent: // whose pipelines are of no branch
		variables = append(variables, JobVariable{Key: "CI_COMMIT_BRANCH", Value: x.Ref})
	}
	return variables
}

// predefinedOf are the variables that tell of the job, as far as rules see them (lib/gitlab/ci/variables/builder.rb,
// predefined_variables_from_job_attr).
func (x Context) predefinedOf(j Job) JobVariables {
	variables := JobVariables{{Key: "CI_JOB_NAME", Value: j.Name}, {Key: "CI_JOB_NAME_SLUG", Value: Slug(j.Name)},
		{Key: "CI_JOB_STAGE", Value: j.Stage}, {Key: "CI_NODE_TOTAL", Value: strconv.Itoa(max(j.Parts, 1))}}
	if !x.NoJobGroupName {
		variables = append(variables, JobVariable{Key: "CI_JOB_GROUP_NAME", Value: GroupName(j.Name)})
	}
	if j.When == whenManual || j.When == whenDelayed {
		variables = append(variables, JobVariable{Key: "CI_JOB_MANUAL", Value: "true"})
	}
	if j.Part > 0 {
		variables = append(variables, JobVariable{Key: "CI_NODE_INDEX", Value: strconv.Itoa(j.Part)})
	}
	return variables
}

// predefined are the variables that tell of the environment, whose name is given expanded. Its tier is one that the
// job says: GitLab knows others of environments that are there by now.
func (e Environment) predefined(name string) JobVariables {
	variables := JobVariables{{Key: "CI_ENVIRONMENT_NAME", Value: name},
		{Key: "CI_ENVIRONMENT_ACTION", Value: cmp.Or(e.Action, "start")}}
	if e.DeploymentTier != "" {
		variables = append(variables, JobVariable{Key: "CI_ENVIRONMENT_TIER", Value: e.DeploymentTier})
	}
	if e.URL != "" {
		variables = append(variables, JobVariable{Key: "CI_ENVIRONMENT_URL", Value: e.URL})
	}
	return variables
}

// partOfName is what the names of jobs of one group end in: the number of a part, or the values of a matrix.
var partOfName = regexp.MustCompile(`(?:[\x08\s:]+(?:\[.*\]|\d+[\s:/\\]+\d+)){1,3}\s*$`)

// GroupName is the name that the parts of a parallel job, and jobs named as such, share: CI_JOB_GROUP_NAME
// (lib/gitlab/utils/job.rb, group_name).
func GroupName(job string) string { return strings.TrimSpace(partOfName.ReplaceAllString(job, "")) }

// Slug is a text as GitLab writes it in CI_COMMIT_REF_SLUG and its like, fit for a host name: small letters, digits and
// inner dashes, at most 63 of them. Any other character is a dash (gems/gitlab-utils, slugify).
func Slug(text string) string {
	slug := strings.Map(func(r rune) rune {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') {
			return '-'
		}
		return r
	}, strings.ToLower(text))
	return strings.Trim(slug[:min(len(slug), 63)], "-")
}
