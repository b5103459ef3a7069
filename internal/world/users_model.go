package world

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// UserAttributes are what a user may have besides, by GitLab's names: the profile, the note of administrators and
// preferences.
var UserAttributes = []string{"bio", "location", attrPublicEmail, "commit_email", "skype", "linkedin", "twitter",
	"discord", "website_url", "organization", "pronouns", AttrNote, AttrTheme, AttrColorScheme}

// Those of the attributes that are no text of the profile.
const (
	AttrNote        = "note"
	AttrTheme       = "theme_id"
	AttrColorScheme = "color_scheme_id"

	// PrivateCommitEmail, as commit_email, is an address that GitLab makes up.
	PrivateCommitEmail = "_private"
)

// Limits of the attributes of users, in characters (app/models/user_detail.rb; config/initializers/8_devise.rb).
const (
	maxNameOfUser     = 255
	maxDetail         = 500
	minPassword       = 8
	maxPassword       = 128
	minGuessed        = 4  // shorter words may be in a password by chance
	maxGuessed        = 64 // and longer passwords may have any
	themes            = 11
	colorSchemes      = 6
	maxNoteOfUser     = 10_000
	mostBioOrUsername = 255
	maxPronouns       = 50
)

// detailLimits are those of attributes that differ from maxDetail.
var detailLimits = map[string]int{"bio": mostBioOrUsername, "pronouns": maxPronouns, AttrNote: maxNoteOfUser}

var emailPattern = regexp.MustCompile(`^[^@\s]+@[^@\s]+$`)

// validateUser holds a user against GitLab's model. password is one that is being set, nil for none; before is the user
// as it is, nil for a new one.
func (st *State) validateUser(next, before *User, password *string) error {
	var v Invalid
	st.checkUsername(&v, next.Username, before)
	if strings.TrimSpace(next.Name) == "" {
		v.Add(attrName, msgBlank)
	}
	if utf8.RuneCountInString(next.Name) > maxNameOfUser {
		v.Add(attrName, msgTooLong(maxNameOfUser))
	}
	for _, address := range slices.Compact([]string{next.Email, next.UnconfirmedEmail}) {
		st.checkEmail(&v, address, before, address == next.Email)
	}
	if password != nil {
		checkPassword(&v, *password, next)
	}
	switch n := next.MostProjects(); {
	case n < 0:
		v.Add(attrProjectsLimit, fmt.Sprintf(msgfTooSmall, 0))
	case n > MaxDatabaseInteger:
		v.Add(attrProjectsLimit, fmt.Sprintf(msgfTooLarge, MaxDatabaseInteger))
	}
	for _, name := range UserAttributes {
		if text := checkUserAttribute(name, next); text != "" {
			v.Add(name, text)
		}
	}
	return v.orNil()
}

// checkUsername refuses what is no username, or another user's or a group's.
func (st *State) checkUsername(v *Invalid, username string, before *User) {
	if before != nil && username == before.Username {
		return
	}
	key := Key(username)
	if username != "" && st.Has(gitlabversion.PlainNamespacePaths) {
		st.checkForRegistry(v, attrUsername, username)
	}
	switch {
	case username == "":
		v.Add(attrUsername, msgBlank)
	case checkPath("username", username, false) != nil && len(username) <= maxSegmentLength:
		v.Add(attrUsername, msgNamespaceFormat)
	case slices.Contains(topLevelWords, key):
		v.Add(attrUsername, fmt.Sprintf(msgfReserved, username))
	case len(username) > maxSegmentLength:
		v.Add(attrUsername, msgTooLong(maxSegmentLength))
	case st.GroupPaths[key] != nil, st.UserNames[key] != nil && st.UserNames[key] != before:
		v.Add(attrUsername, msgAlreadyTaken)
	}
}

func (st *State) checkEmail(v *Invalid, address string, before *User, own bool) {
	switch {
	case address == "" && !own:
	case address == "":
		v.Add(attrEmail, msgBlank)
	case !emailPattern.MatchString(address):
		v.Add(attrEmail, msgInvalid)
	case st.EmailTaken(address, before):
		v.Add(attrEmail, msgAlreadyTaken)
	}
}

// EmailTaken reports whether another user than one, which may be nil, has an address. Upper and lower case are one.
func (st *State) EmailTaken(address string, but *User) bool {
	u := st.userByEmail(address)
	return u != nil && u != but
}

// checkPassword refuses what is too short or easily guessed (lib/security/weak_passwords.rb).
func checkPassword(v *Invalid, password string, u *User) {
	switch n := utf8.RuneCountInString(password); {
	case password == "":
		v.Add(attrPassword, msgBlank)
	case n < minPassword:
		v.Add(attrPassword, fmt.Sprintf(msgfTooShort, minPassword))
	case n > maxPassword:
		v.Add(attrPassword, msgTooLong(maxPassword))
	case weak(password, u):
		v.Add(attrPassword, msgWeakPassword)
	}
}

// guessed are passwords of GitLab's long list that everybody would try.
var guessed = strings.Fields("password password1 12345678 123456789 1234567890 qwertyui qwertyuiop 1q2w3e4r iloveyou " +
	"sunshine princess football baseball superman trustno1 letmein1 welcome1 passw0rd p@ssw0rd changeme admin123 " +
	"asdfghjk 11111111 00000000 88888888 87654321")

// weak reports whether a password has words of its user's or of GitLab's, or is one that everybody knows.
func weak(password string, u *User) bool {
	lower := strings.ToLower(password)
	if slices.Contains(guessed, lower) {
		return true
	}
	if utf8.RuneCountInString(password) >= maxGuessed {
		return false
	}
	parts := func(text string) []string {
		between := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
		return append(strings.FieldsFunc(text, between), text)
	}
	words := slices.Concat([]string{"gitlab", "devops", u.Username}, parts(u.Name), parts(u.Email))
	return slices.ContainsFunc(words, func(word string) bool {
		return utf8.RuneCountInString(word) >= minGuessed && strings.Contains(lower, strings.ToLower(word))
	})
}

// checkUserAttribute says what the model refuses of an attribute; "" for nothing.
func checkUserAttribute(name string, u *User) string {
	value := u.Attributes[name]
	limit, limited := detailLimits[name]
	if !limited {
		limit = maxDetail
	}
	switch {
	case value == "":
		return ""
	case name == AttrTheme && !between(value, themes):
		return fmt.Sprintf(msgfNoTheme, value)
	case name == AttrColorScheme && !between(value, colorSchemes):
		return fmt.Sprintf(msgfNoColorScheme, value)
	case name == "website_url" && !isWebURL(value):
		return "is not a valid URL"
	case utf8.RuneCountInString(value) > limit:
		return msgTooLong(limit)
	case name == attrPublicEmail || name == "commit_email" && value != PrivateCommitEmail:
		if !strings.EqualFold(value, u.Email) || u.Unconfirmed {
			return msgUnverified
		}
	}
	return ""
}

// between reports whether a text is a number from 1 to last.
func between(text string, last int) bool {
	n, _ := strconv.Atoi(text) // 0, or too large, for what is no number
	return n >= 1 && n <= last
}

func isWebURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// checkUserDetails refuses, in a draft, attributes that there are not, and values that GitLab's model refuses.
func checkUserDetails(u *User) (ps Problems) {
	u.Attributes, u.Identities = maps.Clone(u.Attributes), maps.Clone(u.Identities)
	for _, name := range slices.Sorted(maps.Keys(u.Attributes)) {
		at := "attributes." + name
		if !slices.Contains(UserAttributes, name) {
			ps.Add(at, Missing("attribute of users", name, UserAttributes))
		} else if text := checkUserAttribute(name, u); text != "" {
			ps.Addf(at, "%s", text)
		}
	}
	if u.ProjectsLimit != nil && *u.ProjectsLimit < 0 {
		ps.Addf("projects_limit", msgfTooSmall, 0)
	}
	return ps
}
