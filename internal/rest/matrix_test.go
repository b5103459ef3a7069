package rest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/racing"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// The whole of who may do what to a runner in GitLab 17.2: role by runner type by endpoint. Each cell is what a user
// of that role in acme gets: "+" is success, NA "No access granted", F a bare 403, GR "Runner is a group runner", !
// the 401 of nobody, 404 of a private project or group, IP "Insufficient permissions", 500 what GitLab makes of an
// impossible wish.
const matrix = `
                                               nobody  sam  gus  pia  ria  dan  mia  oli  ada
GET    /runners/100002                         !       +    +    +    +    +    +    +    +
GET    /runners/100002/managers                !       +    +    +    +    +    +    +    +
PUT    /runners/100002                         !       NA   NA   NA   NA   NA   NA   NA   +
DELETE /runners/100002                         !       NA   NA   NA   NA   NA   NA   NA   +
POST   /runners/100002/reset_authentication_token !    NA   NA   NA   NA   NA   NA   NA   +
GET    /runners/100002/jobs                    !       NA   NA   NA   NA   NA   NA   NA   +
POST   /projects/10001/runners?runner_id=100002 !      404  F    F    F    F    NA   NA   500
GET    /runners/100012                         !       NA   NA   NA   NA   NA   +    +    +
GET    /runners/100012/managers                !       NA   NA   NA   NA   NA   +    +    +
PUT    /runners/100012                         !       NA   NA   NA   NA   NA   NA   +    +
DELETE /runners/100012                         !       NA   NA   NA   NA   NA   NA   +    +
POST   /runners/100012/reset_authentication_token !    NA   NA   NA   NA   NA   NA   +    +
GET    /runners/100012/jobs                    !       NA   NA   NA   NA   NA   NA   +    +
POST   /projects/10001/runners?runner_id=100012 !      404  F    F    F    F    GR   GR   GR
GET    /runners/100023                         !       NA   NA   NA   NA   NA   +    +    +
GET    /runners/100023/managers                !       NA   NA   NA   NA   NA   +    +    +
PUT    /runners/100023                         !       NA   NA   NA   NA   NA   +    +    +
DELETE /runners/100023                         !       NA   NA   NA   NA   NA   +    +    +
POST   /runners/100023/reset_authentication_token !    NA   NA   NA   NA   NA   +    +    +
GET    /runners/100023/jobs                    !       NA   NA   NA   NA   NA   +    +    +
POST   /projects/10002/runners?runner_id=100023 !      404  F    F    F    F    +    +    +
DELETE /runners/100022                         !       >1   >1   >1   >1   >1   >1   >1   +
DELETE /projects/10001/runners/100022          !       404  F    F    F    F    +    +    +
DELETE /projects/10001/runners/100023          !       404  F    F    F    F    one  one  one
GET    /runners                                !       +    +    +    +    +    +    +    +
GET    /runners/all                            !       F    F    F    F    F    F    F    +
GET    /projects/10001/runners                 !       404  F    F    F    F    +    +    +
GET    /groups/1001/runners                    !       404  F    F    F    F    +    +    +
POST   /projects/10001/runners/reset_registration_token ! 404 F  F    F    F    +    +    +
POST   /groups/1001/runners/reset_registration_token !   404 F   F    F    F    F    +    +
POST   /runners/reset_registration_token       !       F    F    F    F    F    F    F    +
POST   /user/runners?runner_type=instance_type !       IP   IP   IP   IP   IP   IP   IP   +
POST   /user/runners?runner_type=group_type&group_id=1001 ! IP IP IP   IP   IP   IP   +    +
POST   /user/runners?runner_type=project_type&project_id=10001 ! IP IP IP IP IP  +    +    +
GET    /application/settings                   !       F    F    F    F    F    F    F    +
PUT    /application/settings                   !       F    F    F    F    F    F    F    +
`

func TestMatrix(t *testing.T) {
	racing.Skip(t)
	lines := strings.Split(strings.TrimSpace(matrix), "\n")
	users := strings.Fields(lines[0])
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()), fakegitlab.WithInMemoryNetwork())
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		for i, user := range users {
			gl.Reset()
			token := ""
			if user != "nobody" {
				token = gl.Token(user)
			}
			got := testkit.Ask(t, gl, token, cells[0], cells[1], testkit.WithJSON(`{"description":"x","max_artifacts_size":1}`))
			assert.Equal(t, cells[2+i], cell(got), "%s %s by %s: %s", cells[0], cells[1], user, got)
		}
	}
}

// cell is an answer as the matrix has it.
func cell(r testkit.Reply) string {
	for text, short := range map[string]string{"401 Unauthorized": "!", "403 Forbidden": "F",
		"403 Forbidden - No access granted":                                                             "NA",
		"403 Forbidden - Runner is a group runner":                                                      "GR",
		"403 Forbidden - Runner associated with more than one project":                                  ">1",
		"403 Forbidden - Only one project associated with the runner. Please remove the runner instead": "one",
		"403 Forbidden - Insufficient permissions":                                                      "IP"} {
		if r.Body == fmt.Sprintf(`{"message":%q}`, text) {
			return short
		}
	}
	if r.Status < 300 {
		return "+"
	}
	return fmt.Sprint(r.Status)
}
