package rest

// Deployments (lib/api/deployments.rb, app/services/deployments, app/finders/deployments_finder.rb).

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// What lists of deployments are ordered by beside id and updated_at.
const (
	columnIID      = "iid"
	columnCreated  = "created_at"
	columnFinished = "finished_at"
)

var pathDeploymentID = []params.Param{{Name: "deployment_id", Kind: params.Integer, Required: true}}

// deploymentRows are the Deployments API.
func deploymentRows() []row {
	const all = "/projects/:id/deployments"
	const one = all + "/:deployment_id"
	told := world.WordsOf(world.DeploymentRunning, world.DeploymentSuccess, world.DeploymentFailed,
		world.DeploymentCanceled)
	status := []params.Param{{Name: "status", Required: true, Values: told}}
	return byJobs([]row{
		{endpoint: "GET " + all, handle: listDeployments, spec: listing(pathID, []params.Param{
			{Name: "order_by", Values: []string{columnID, columnIID, columnCreated, columnUpdated, columnFinished},
				Default: columnID},
			{Name: "sort", Values: []string{sortAsc, sortDesc}, Default: sortAsc},
			{Name: "updated_after", Kind: params.DateTime}, {Name: "updated_before", Kind: params.DateTime},
			{Name: "finished_after", Kind: params.DateTime}, {Name: "finished_before", Kind: params.DateTime},
			{Name: "environment"}, {Name: "status", Values: world.WordsOf(world.DeploymentStatuses...)}})},
		{endpoint: "GET " + one, spec: front.Declare(pathID, pathDeploymentID), handle: getDeployment},
		{endpoint: "POST " + all, handle: createDeployment,
			spec: front.Declare(pathID, []params.Param{{Name: "environment", Required: true}, {Name: "sha", Required: true},
				{Name: "ref", Required: true}, {Name: "tag", Kind: params.Boolean, Required: true}}, status)},
		{endpoint: "PUT " + one, spec: front.Declare(pathID, pathDeploymentID, status), handle: updateDeployment},
		{endpoint: "DELETE " + one, spec: front.Declare(pathID, pathDeploymentID), handle: deleteDeployment},
	})
}

// pathDeployment finds the deployment of the path in its project, which those see who know of the project.
func (q request) pathDeployment() (*world.Deployment, *front.Response) {
	id, _ := q.Params.Int("deployment_id")
	if d := q.Deployments.ByID(id); d != nil && d.Project() == q.Project {
		return d, nil
	}
	return nil, noRecord().Because(fmt.Sprintf("%s has no deployment %d", q.Project.Path, id)).AsRefusal()
}

func getDeployment(q request) front.Response {
	if _, refusal := q.permittedProject(policy.ReadDeployment); refusal != nil {
		return *refusal
	}
	d, refusal := q.pathDeployment()
	if refusal != nil {
		return *refusal
	}
	return front.OK(q.deploymentEntity(d))
}

// deploymentQuery is what a list of deployments is asked for.
type deploymentQuery struct {
	by, way, environment string
	status               world.DeploymentStatus
	updated, finished    bool // whether a time narrows the list
}

// wrong is GitLab's text about a question that its database could not answer quickly; "" for others.
func (l deploymentQuery) wrong() string {
	switch {
	case l.updated && l.finished:
		return msgTwoTimes
	case l.updated && l.by != columnUpdated:
		return msgUpdatedUnsorted
	case l.finished && l.by != columnFinished:
		return msgFinishedUnsorted
	case l.by == columnFinished && !l.finished && !l.status.Finished():
		return msgFinishedSortAlone
	case l.finished && l.status != world.DeploymentSuccess:
		return msgFinishedNotSuccess
	}
	return ""
}

func listDeployments(q request) front.Response {
	p, refusal := q.permittedProject(policy.ReadDeployment)
	if refusal != nil {
		return *refusal
	}
	updatedFrom, hasFrom := q.Params.Time("updated_after")
	updatedTo, hasTo := q.Params.Time("updated_before")
	finishedFrom, fromFinish := q.Params.Time("finished_after")
	finishedTo, toFinish := q.Params.Time("finished_before")
	l := deploymentQuery{updated: hasFrom || hasTo, finished: fromFinish || toFinish}
	l.by, _ = q.Params.String("order_by")
	l.way, _ = q.Params.String("sort")
	l.environment, _ = q.Params.String("environment")
	status, _ := q.Params.String("status")
	l.status = world.DeploymentStatus(status)
	if text := l.wrong(); text != "" {
		return front.BadRequest(text).Because(text)
	}
	found := world.Filtered(p.Deployments(), func(d *world.Deployment) bool {
		return (l.environment == "" || d.Environment.Name == l.environment) && (status == "" || d.Status == l.status) &&
			!d.UpdatedAt.Before(updatedFrom) && (!hasTo || !d.UpdatedAt.After(updatedTo)) &&
			!d.FinishedAt.Before(finishedFrom) && (!toFinish || d.FinishedAt.Before(finishedTo)) // nothing is before no time
	})
	l.sort(found)
	return offsetPage(q, found, false, q.deploymentEntity)
}

// sort puts deployments into order. Those made one after the other have their ids and iids in that order.
func (l deploymentQuery) sort(found []*world.Deployment) {
	slices.SortStableFunc(found, func(a, b *world.Deployment) int {
		c := cmp.Compare(a.ID, b.ID)
		switch l.by {
		case columnUpdated:
			c = cmp.Or(a.UpdatedAt.Compare(b.UpdatedAt), c)
		case columnFinished:
			c = cmp.Or(a.FinishedAt.Compare(b.FinishedAt), c)
		}
		if l.way == sortDesc {
			return -c
		}
		return c
	})
}

func createDeployment(q request) front.Response {
	p, refusal := q.permittedProject(policy.ChangeEnvironments)
	if refusal != nil {
		return *refusal
	}
	var t world.ToldDeployment
	t.Ref, _ = q.Params.String("ref")
	t.SHA, _ = q.Params.String("sha")
	t.Tag, _ = q.Params.Bool("tag")
	status, _ := q.Params.String("status")
	t.Status = world.DeploymentStatus(status)
	if p.Repository.CommitAt(t.Ref) == nil {
		return modelError(newInvalid("ref", msgNoSuchRef))
	}
	environment, _ := q.Params.String("environment")
	d, err := q.TellDeployment(p, environment, q.User, t)
	if err != nil {
		return modelError(err)
	}
	return front.Created(q.deploymentEntity(d))
}

// changedDeployment finds the deployment of the path ahead of the question who may change it.
func (q request) changedDeployment() (*world.Deployment, *front.Response) {
	if refusal := projectReaders(q); refusal != nil {
		return nil, refusal
	}
	return q.pathDeployment()
}

func updateDeployment(q request) front.Response {
	d, refusal := q.changedDeployment()
	if refusal != nil {
		return *refusal
	}
	if refusal := front.Allow(q.MayUpdateDeployment(d), ""); refusal != nil {
		return *refusal
	}
	if d.Job != nil {
		return front.Forbidden(msgDeploymentOfJob, fmt.Sprintf("job %d makes the deployment", d.Job.ID))
	}
	status, _ := q.Params.String("status")
	if err := q.MoveDeployment(d, world.DeploymentStatus(status)); err != nil {
		return modelError(err)
	}
	return front.OK(q.deploymentEntity(d))
}

func deleteDeployment(q request) front.Response {
	d, refusal := q.changedDeployment()
	if refusal != nil {
		return *refusal
	}
	if refusal := front.Allow(q.OnProject(q.Project, policy.DestroyDeployment), ""); refusal != nil {
		return *refusal
	}
	if refusal := q.unmodifiedSince(d.UpdatedAt); refusal != nil {
		return *refusal
	}
	switch {
	case d.Status == world.DeploymentRunning:
		return front.Refuse(http.StatusBadRequest, msgDeploymentRuns).Because("the deployment is running")
	case d == d.Environment.LastDeployment():
		return front.Refuse(http.StatusBadRequest, msgDeploymentIsLast).Because("it is what the environment has")
	}
	q.DeleteDeployment(d)
	return front.NoContent()
}

// deploymentEntity is lib/api/entities/deployment.rb.
type deploymentEntity struct {
	ID          int                    `json:"id"`
	IID         int                    `json:"iid"`
	Ref         string                 `json:"ref"`
	SHA         string                 `json:"sha"`
	CreatedAt   isoTime                `json:"created_at"`
	UpdatedAt   isoTime                `json:"updated_at"`
	User        *basicUser             `json:"user"`
	Environment *basicEnvironment      `json:"environment,omitempty"`
	Deployable  *projectJobEntity      `json:"deployable"`
	Status      world.DeploymentStatus `json:"status"`
}

func (q request) deploymentEntity(d *world.Deployment) deploymentEntity {
	environment := q.basicEnvironment(d.Environment)
	e := deploymentEntity{ID: d.ID, IID: d.IID, Ref: d.Ref, SHA: d.SHA, CreatedAt: q.iso(d.CreatedAt),
		UpdatedAt: q.iso(d.UpdatedAt), Environment: &environment, Status: d.Status}
	if d.User != nil {
		user := q.basicUser(d.User)
		e.User = &user
	}
	if d.Job != nil {
		job := q.projectJobEntity(d.Job)
		e.Deployable = &job
	}
	return e
}
