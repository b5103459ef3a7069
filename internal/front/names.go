package front

// The names of headers and parameters that GitLab reads or writes.

// The HTTP headers that are read or written for whichever endpoint.
const (
	HeaderPrivateToken  = "Private-Token"
	headerAuthorization = "Authorization"
	headerSudo          = "Sudo"
	headerJobToken      = "Job-Token"
	headerDeployToken   = "Deploy-Token"
	headerPolling       = "Gitlab-Ci-Builds-Polling" // "yes" on every answer of a Workhorse that polls
)

// The parameters that carry credentials (lib/gitlab/auth/auth_finders.rb).
const (
	paramPrivateToken = "private_token"
	paramAccessToken  = "access_token"
	paramBearerToken  = "bearer_token"
	ParamToken        = "token"
	ParamJobToken     = "job_token"
	paramSudo         = "sudo"
)

// readElsewhere are parameters that authentication reads, whatever the endpoint.
var readElsewhere = []string{paramPrivateToken, paramAccessToken, paramBearerToken, paramSudo}

// jobTokenParams are read where an endpoint takes the tokens of jobs.
var jobTokenParams = []string{ParamJobToken, ParamToken}

// CredentialParams are the parameters that carry credentials, and that no endpoint declares for it.
func CredentialParams() []string {
	return append(jobTokenParams[:len(jobTokenParams):len(jobTokenParams)], readElsewhere...)
}

// ParamFile is the parameter that holds the file of an upload.
const ParamFile = "file"

// MultipartForm is the media type of a body with a file.
const MultipartForm = "multipart/form-data"
