package graphql

import (
	"net/http"

	"github.com/fakegitlab/fakegitlab/internal/front"
)

// The texts with which GitLab refuses a whole request (app/controllers/graphql_controller.rb). A name with an f in
// front of its text has verbs to fill in.
const (
	msgQueryTooLarge        = "Query too large"
	msgfMutationForbidden   = "Mutations are forbidden in %s requests"
	msgfUnexpectedVariables = "Unexpected parameter: %s"
	msgfUnreadableVariables = "unexpected token at '%s'"
	msgNotFound             = "Not found!"
	msgTooManyRequests      = "This endpoint has been requested too many times. Try again later."
	msgInternalError        = "Internal server error"
	msgTimedOut             = "Request timed out. Please try a less complex query or a smaller set of records."
)

// msgNotAvailable is the resource error: of what one may not do or see, or what is not there
// (lib/gitlab/graphql/authorize/authorize_resource.rb).
const msgNotAvailable = "The resource that you are attempting to access does not exist or you don't have permission " +
	"to perform this action"

// usualTexts are what GitLab says with a status where nothing more is to be said.
var usualTexts = map[int]string{
	http.StatusUnauthorized:        front.MsgSignInFailed,
	http.StatusForbidden:           front.MsgNotAccessible,
	http.StatusNotFound:            msgNotFound,
	http.StatusUnprocessableEntity: msgQueryTooLarge,
	http.StatusTooManyRequests:     msgTooManyRequests,
	http.StatusInternalServerError: msgInternalError,
	http.StatusServiceUnavailable:  msgTimedOut,
}
