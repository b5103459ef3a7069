package front

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/policy"
)

func TestRateLimitHeader(t *testing.T) {
	now := time.Date(2024, 7, 1, 12, 0, 30, 500_000_000, time.UTC)
	h := RateLimitHeader(600, 601, now, time.Date(2024, 7, 1, 12, 1, 0, 0, time.UTC))
	for name, want := range map[string]string{
		"RateLimit-Name": "throttle_authenticated_api", "RateLimit-Limit": "600", "RateLimit-Observed": "601",
		"RateLimit-Remaining": "0", "RateLimit-Reset": "1719835260",
		"RateLimit-ResetTime": "Mon, 01 Jul 2024 12:01:00 GMT", "Retry-After": "30",
	} {
		assert.Equal(t, want, h.Get(name), name)
	}
	assert.Len(t, h, 7)
}

func TestRequestIDs(t *testing.T) {
	for n, want := range map[int]string{1: "01J1FAKE000000000000000001", 12345: "01J1FAKE000000000000012345"} {
		id, meta, runtime := requestID(n, 1234567*time.Nanosecond)
		assert.Equal(t, want, id)
		assert.Equal(t, "0.001235", runtime)
		var told map[string]string
		require.NoError(t, json.Unmarshal([]byte(meta), &told))
		assert.Equal(t, map[string]string{"correlation_id": want, "version": "1"}, told)
	}
}

// Each constructor of a refusal writes what the helper of GitLab writes that it is named for.
func TestRefusals(t *testing.T) {
	refused := policy.Decision{Reason: "why"}
	for want, r := range map[string]Response{
		`403 {"message":"403 Forbidden"}`:             Forbidden("", "why"),
		`403 {"message":"403 Forbidden - locked"}`:    *Allow(refused, "locked"),
		`400 {"message":"400 Bad request - no good"}`: BadRequest("no good"),
		`404 {"message":"404 Runner Not Found"}`:      NotFound("Runner"),
		`409 {"message":{"a":1}}`:                     Refuse(http.StatusConflict, map[string]int{"a": 1}),
		`400 {"error":"id is invalid"}`:               RefuseError(http.StatusBadRequest, "id is invalid"),
	} {
		body, err := json.Marshal(r.Body)
		require.NoError(t, err)
		assert.Equal(t, want, fmt.Sprint(r.Status, " ", string(body)))
	}
	assert.Nil(t, Allow(policy.Decision{Allowed: true}, "locked"))
}
