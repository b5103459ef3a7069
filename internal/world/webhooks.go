package world

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// What is to be said of an attribute of a webhook.
const (
	AttrURL           = "url"
	AttrBranchFilter  = "push_events_branch_filter"
	AttrCustomHeaders = "custom_headers"
	attrWholeURL      = "interpolated_url"
	attrURLVariables  = "url_variables"
	attrToken         = "token"
	attrSigningToken  = "signing_token"
	attrTemplate      = "custom_webhook_template"

	msgfMissingKeys        = "Invalid URL template. Missing keys: %s"
	msgSchemaMismatch      = "must be a valid json schema"
	msgOnlySchemes         = "is blocked: Only allowed schemes are http, https"
	msgNoHost              = "is blocked: URI is invalid"
	msgRequestsTo          = "is blocked: Requests to "
	msgLocalHost           = msgRequestsTo + "localhost are not allowed"
	msgLoopback            = msgRequestsTo + "loopback addresses are not allowed"
	msgLocalNetwork        = msgRequestsTo + "the local network are not allowed"
	msgLinkLocal           = msgRequestsTo + "the link local network are not allowed"
	msgSharedAddress       = msgRequestsTo + "the shared address space are not allowed"
	msgBroadcastAddress    = msgRequestsTo + "the limited broadcast address are not allowed"
	msgfTooManyWebhooks    = "Maximum number of %s hooks (%d) exceeded"
	maxProjectWebhooks     = 100 // app/models/plan_limits.rb
	maxGroupWebhooks       = 50
	maxWebhookTemplate     = 4096 // characters
	maxWebhookEntries      = 20   // variables or headers
	maxWebhookValue        = 2048 // characters of one
	maxBranchFilterPattern = 255  // bytes of a ref
)

// LocalRequestsSetting is the setting that lets webhooks call local addresses, as GitLab and as a test call it.
const LocalRequestsSetting = "allow_local_requests_from_web_hooks_and_services (Settings.LocalRequestsForbidden)"

var (
	webhookKey = regexp.MustCompile(`^[A-Za-z]+[0-9]*(?:[._-][A-Za-z0-9]+)*$`)
	// signingToken is 32 bytes in base64, after what they begin with.
	signingToken    = regexp.MustCompile(`^` + SigningTokenPrefix + `[A-Za-z0-9+/]{43}=$`)
	badInBranchName = regexp.MustCompile(`[\x00-\x20\x7f~^:?\[\\]|\.\.|@\{|//|\.lock(/|$)|(^|/)\.|^-|^/|/$|\.$`)
)

// SigningTokenPrefix is what a signing token begins with; the key follows, in base64.
const SigningTokenPrefix = "whsec_"

// LocalAddress reports whether an address is of this machine or of a network around it.
func LocalAddress(addr netip.Addr) bool {
	return addr.IsLoopback() || addr.IsPrivate() || addr.IsUnspecified() || addr.IsLinkLocalUnicast()
}

var (
	thisMachine   = []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.IPv6Loopback()}
	sharedSpace   = netip.MustParsePrefix("100.64.0.0/10")
	broadcastAddr = netip.MustParseAddr("255.255.255.255")
)

// LocalRefusal is what GitLab says of a host that it takes for local, as an address or as a name whose address nobody
// has to look up; "" of any other (gems/gitlab-http/lib/gitlab/http_v2/url_blocker.rb, validate_local_request).
func LocalRefusal(host string) string {
	addr, err := netip.ParseAddr(host)
	if err != nil {
		if strings.EqualFold(host, "localhost") {
			return msgLocalHost
		}
		return ""
	}
	switch addr = addr.Unmap(); {
	case addr.IsUnspecified() || slices.Contains(thisMachine, addr):
		return msgLocalHost
	case addr.IsLoopback():
		return msgLoopback
	case addr.IsPrivate():
		return msgLocalNetwork
	case addr.IsLinkLocalUnicast():
		return msgLinkLocal
	case sharedSpace.Contains(addr):
		return msgSharedAddress
	case addr == broadcastAddr:
		return msgBroadcastAddress
	}
	return ""
}

// WhyNoWebhook is the error of a webhook that is refused, for a person: of a local address with the setting that would
// let it be.
func WhyNoWebhook(refused error) string {
	text := refused.Error()
	if strings.Contains(text, msgRequestsTo) {
		text += "; " + LocalRequestsSetting + " forbids it"
	}
	return text
}

// CheckWebhook refuses attributes that GitLab's model refuses, with an *Invalid (app/models/concerns/web_hooks/hook.rb,
// app/validators/public_url_validator.rb).
func (st *State) CheckWebhook(a WebhookAttributes) error {
	return checkWebhook(a, !st.Settings.LocalRequestsForbidden)
}

func checkWebhook(a WebhookAttributes, localAllowed bool) error {
	v := &Invalid{}
	address, missing := a.address()
	switch {
	case strings.TrimSpace(a.URL) == "":
		v.Add(AttrURL, msgBlank)
	case len(missing) > 0:
		v.Add(AttrURL, fmt.Sprintf(msgfMissingKeys, Inspect(missing)))
	case len(a.Variables) == 0:
		checkAddress(v, AttrURL, address, localAllowed)
	}
	if strings.Contains(a.Token, "\n") {
		v.Add(attrToken, msgInvalid)
	}
	if a.SigningToken != "" && !signingToken.MatchString(a.SigningToken) {
		v.Add(attrSigningToken, msgInvalid)
	}
	checkBranchFilter(v, a)
	checkEntries(v, attrURLVariables, a.Variables)
	if len(v.Problems) == 0 { // without variables it is the address that has been looked at
		checkAddress(v, attrWholeURL, address, localAllowed)
	}
	checkEntries(v, AttrCustomHeaders, a.Headers)
	if a.Template != nil && len([]rune(*a.Template)) > maxWebhookTemplate {
		v.Add(attrTemplate, msgTooLong(maxWebhookTemplate))
	}
	if len(v.Problems) > 0 {
		return v
	}
	return nil
}

// checkAddress refuses an address that GitLab would not call.
func checkAddress(v *Invalid, attribute, address string, localAllowed bool) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		v.Add(attribute, msgNoHost)
	case u.Scheme != "http" && u.Scheme != "https":
		v.Add(attribute, msgOnlySchemes)
	case u.Hostname() == "":
		v.Add(attribute, msgNoHost)
	case !localAllowed && LocalRefusal(u.Hostname()) != "":
		v.Add(attribute, LocalRefusal(u.Hostname()))
	}
}

// checkBranchFilter refuses a filter that is no pattern by its strategy (app/validators/untrusted_regexp_validator.rb,
// app/validators/web_hooks/wildcard_branch_filter_validator.rb).
func checkBranchFilter(v *Invalid, a WebhookAttributes) {
	if a.BranchFilter == nil {
		return
	}
	filter := *a.BranchFilter
	switch a.BranchFilterStrategy {
	case FilterByRegex:
		if _, err := regexp.Compile(filter); err != nil {
			v.Add(AttrBranchFilter, "not valid RE2 syntax: "+err.Error())
		}
	case FilterByWildcard, "":
		name := strings.ReplaceAll(filter, "*", "x")
		if len(filter) > maxBranchFilterPattern || badInBranchName.MatchString(name) {
			v.Add(AttrBranchFilter, "is not a valid branch name")
		}
	}
}

// checkEntries refuses variables or headers whose names or values are none (app/validators/json_schemas/
// web_hooks_url_variables.json, web_hooks_custom_headers.json).
func checkEntries(v *Invalid, attribute string, entries map[string]string) {
	for key, value := range entries {
		if n := len([]rune(value)); !webhookKey.MatchString(key) || n == 0 || n > maxWebhookValue {
			v.Add(attribute, msgSchemaMismatch)
			return
		}
	}
	if len(entries) > maxWebhookEntries {
		v.Add(attribute, msgSchemaMismatch)
	}
}

// CreateWebhook makes a webhook of a project or, if that is nil, of a group. The error is an *Invalid.
func (st *State) CreateWebhook(p *Project, g *Group, a WebhookAttributes) (*Webhook, error) {
	if err := st.CheckWebhook(a); err != nil {
		return nil, err
	}
	kind, limit := "project", maxProjectWebhooks
	if p == nil {
		kind, limit = "group", maxGroupWebhooks
	}
	now := st.Now()
	h := &Webhook{Project: p, Group: g, WebhookAttributes: a.Clone(), CreatedAt: now, UpdatedAt: now}
	if len(*h.siblings()) >= limit {
		return nil, newInvalid(attrBase, fmt.Sprintf(msgfTooManyWebhooks, kind, limit))
	}
	h.ID = assignID(st, &st.Webhooks, 0)
	st.insertWebhook(h)
	return h, nil
}

// insertWebhook puts a record that is complete wherever a webhook is found.
func (st *State) insertWebhook(h *Webhook) {
	add(st, &st.Webhooks, h)
	siblings := h.siblings()
	*siblings = insertByID(*siblings, h)
	st.onUndo(func() { *siblings = removeByID(*siblings, h) })
}

// siblings are the webhooks of the project or group that it is of.
func (h *Webhook) siblings() *[]*Webhook {
	if h.Project != nil {
		return &h.Project.webhooks
	}
	return &h.Group.webhooks
}

// UpdateWebhook gives a webhook other attributes. A new address takes away what was meant for the old one and is not
// sent along: the token, the headers and, where any has the name of one that there was, all variables
// (app/models/concerns/web_hooks/hook.rb, reset_token, reset_url_variables, reset_custom_headers). The error is an
// *Invalid.
func (st *State) UpdateWebhook(h *Webhook, next WebhookAttributes, tokenGiven bool) error {
	before, _ := h.address()
	after, _ := next.address()
	next = next.Clone()
	if next.URL != h.URL && !tokenGiven {
		next.Token = ""
	}
	if before != after {
		next.Headers = nil
		if reusesName(h.Variables, next.Variables) {
			next.Variables = nil
		}
	}
	if err := st.CheckWebhook(next); err != nil {
		return err
	}
	h.WebhookAttributes, h.UpdatedAt = next, st.Now()
	return nil
}

// reusesName reports whether variables go by names that there were, for which all of them are dropped: else a secret in
// the address could be found out by changing what surrounds it.
func reusesName(before, next map[string]string) bool {
	for key := range before {
		if _, kept := next[key]; kept {
			return true
		}
	}
	return false
}

// SetURLVariables gives a webhook other variables of its URL. The error is an *Invalid.
func (st *State) SetURLVariables(h *Webhook, variables map[string]string) error {
	next := h.Clone()
	next.Variables = variables
	return st.UpdateWebhook(h, next, true)
}

// SetCustomHeaders gives a webhook other headers of its own. The error is an *Invalid.
func (st *State) SetCustomHeaders(h *Webhook, headers map[string]string) error {
	next := h.Clone()
	next.Headers = headers
	return st.UpdateWebhook(h, next, true)
}

// DeleteWebhook deletes a webhook. What is on its way to it is dropped.
func (st *State) DeleteWebhook(h *Webhook) {
	siblings := h.siblings()
	*siblings = removeByID(*siblings, h)
	st.Webhooks.remove(h)
}

// removeWebhooks deletes the webhooks of what is deleted.
func (st *State) removeWebhooks(all []*Webhook) {
	for _, h := range slices.Clone(all) {
		st.DeleteWebhook(h)
	}
}

// When webhooks that fail are disabled (app/models/concerns/web_hooks/auto_disabling.rb).
const (
	failuresForgiven     = 3
	failuresUntilForGood = 39
	firstBackoff         = time.Minute
	longestBackoff       = 24 * time.Hour
)

// WebhookStatus is a webhook's alert_status.
type WebhookStatus string

// The states of webhooks.
const (
	WebhookExecutable          WebhookStatus = "executable"
	WebhookTemporarilyDisabled WebhookStatus = "temporarily_disabled"
	WebhookDisabled            WebhookStatus = "disabled"
)

// WebhookStatus is whether a webhook is told of events now. Only projects' webhooks, and as an Enterprise Edition those
// of groups, are disabled for their failures, and only where the settings want it.
func (st *State) WebhookStatus(h *Webhook) WebhookStatus {
	switch {
	case !st.Settings.FailingWebhooksDisabled:
		return WebhookExecutable
	case h.Disabled:
		return WebhookDisabled
	case !h.DisabledUntil.Before(st.Now()):
		return WebhookTemporarilyDisabled
	}
	return WebhookExecutable
}

// noteDelivery notes how a delivery ended, for the rule about failing webhooks. status is that of the answer, 0 for
// none.
func (st *State) noteDelivery(h *Webhook, status int) {
	if !st.Settings.FailingWebhooksDisabled {
		return
	}
	if status >= 200 && status < 400 {
		h.Failures, h.DisabledUntil, h.Disabled = 0, time.Time{}, false
		return
	}
	if st.WebhookStatus(h) != WebhookExecutable {
		return
	}
	forgiven := h.Failures < failuresForgiven
	backoff := longestBackoff
	if doublings := h.Failures - failuresForgiven; doublings >= 0 && doublings < 11 { // 2^11 minutes are over a day
		backoff = firstBackoff << doublings
	}
	h.Failures++
	refused := status >= 400 && status < 500 && !st.Has(gitlabversion.WebhooksForgivenAlike)
	switch {
	case forgiven:
	case refused || st.Has(gitlabversion.WebhooksForgivenAlike) && h.Failures > failuresUntilForGood:
		h.Disabled, h.DisabledUntil = true, time.Time{}
	default:
		h.DisabledUntil = st.Now().Add(backoff)
	}
}
