package render

// Role is the part that something plays in a picture. Writers turn it into
// colour and form; no part is told by colour alone.
type Role uint8

// The roles.
const (
	RoleNone      Role = iota
	RoleTitle          // the picture's own words
	RoleServer         // a server's frame
	RoleOuter          // the frame of the server that requests reach first
	RolePanel          // a neutral panel
	RoleMuted          // remarks, and what is of no account here
	RoleRequest        // the way of a request
	RoleEnd            // the end of the chain
	RoleOwn            // registered or added by this server
	RoleInherited      // taken over from the delegate
	RoleSkipped        // the delegate's check, not taken over
	RoleLost           // the delegate's check, out of sight: lost or masked
	RoleFailed         // a hook that returned an error
	RoleBecause        // a hook that did not end since another failed or hangs
	RoleLaunched       // a hook that returned at once
	RoleRan            // a hook that did bounded work
	RoleWaited         // a hook that waited for something
	RoleCritical       // on the way that decides when the chain is ready
	RoleSimulated      // the mark of simulated time
	RoleProblem        // what the trace lacks or contradicts
	RoleShadowed       // a route that an outer server answers
	RolePhaseA         // a phase of the start, and
	RolePhaseB         // the one next to it
	RoleBranch         // from a directory of paths to one in it
	RoleServerA        // the colours of servers, where each has one
	RoleServerB
	RoleServerC
	RoleServerD
	RoleServerLast
	RoleBarCritical // a bar on the ground of what is critical
	RoleBarFailed   // a bar on the ground of what failed
	roleCount
)

// style is how a role looks.
type style struct {
	Fill string // ground; "" for none
	Line string // borders and edges
	Text string // text on the ground
	Ink  string // text on any other ground; "" for the same as Text
	Dash string // "", dashed or dotted
	Pen  float64
}

// Colours after Okabe and Ito, which people with any colour vision can tell
// apart; the light grounds are tints of them.
const (
	colorPage      = "#ffffff"
	colorInk       = "#1b1f24"
	colorMuted     = "#5b6570"
	colorHair      = "#c3cad2"
	colorPanel     = "#f6f8fa"
	colorBlue      = "#0072b2"
	colorBlueTint  = "#e3f0f9"
	colorGreen     = "#007a5a"
	colorGreenTint = "#e2f3ed"
	colorRed       = "#b3261e"
	colorRedTint   = "#fbe4e1"
	colorOrange    = "#b36b00"
	colorOrangeBar = "#e69f00"
	colorOrangeBg  = "#fdefd2"
	colorPurple    = "#8f4a76"
	colorPurpleBg  = "#f6e8f0"
	colorSkyBar    = "#56b4e9"
	colorGreyBar   = "#d5dae0"
	colorFrame     = "#8b96a3"
	colorBrown     = "#7a4a00" // text on orange
	colorFaint     = "#646e79"
	colorPhaseA    = "#c7dcec"
	colorPhaseB    = "#e1e6eb"
	colorServerB   = "#5cc5a0"
	colorServerD   = "#d9a0c4"
	colorWhite     = "#fffffe" // text on a strong ground, light in every theme
)

// styles returns how every role looks.
func styles() [roleCount]style {
	return [roleCount]style{
		RoleNone:      {Line: colorInk, Text: colorInk, Pen: 1},
		RoleTitle:     {Text: colorInk},
		RoleServer:    {Fill: colorPanel, Line: colorFrame, Text: colorInk, Pen: 1},
		RoleOuter:     {Fill: colorPanel, Line: colorInk, Text: colorInk, Pen: 2},
		RolePanel:     {Fill: colorPage, Line: colorHair, Text: colorInk, Pen: 1},
		RoleMuted:     {Line: colorHair, Text: colorMuted, Pen: 1},
		RoleRequest:   {Fill: colorPage, Line: colorInk, Text: colorInk, Pen: 2},
		RoleEnd:       {Fill: colorPage, Line: colorInk, Text: colorInk, Pen: 1.2},
		RoleOwn:       {Fill: colorBlueTint, Line: colorBlue, Text: colorInk, Pen: 1.2},
		RoleInherited: {Fill: colorGreenTint, Line: colorGreen, Text: colorGreen, Pen: 1.6},
		RoleSkipped:   {Fill: colorPage, Line: colorMuted, Text: colorMuted, Dash: "dashed", Pen: 1.2},
		RoleLost:      {Fill: colorRedTint, Line: colorRed, Text: colorRed, Dash: "dashed", Pen: 1.4},
		RoleFailed:    {Fill: colorRed, Line: colorRed, Text: colorWhite, Ink: colorRed, Pen: 2},
		RoleBecause:   {Fill: colorOrangeBg, Line: colorOrange, Text: colorBrown, Dash: "dashed", Pen: 1.4},
		RoleLaunched:  {Fill: colorGreyBar, Line: colorMuted, Text: colorInk, Ink: colorMuted, Pen: 1},
		RoleRan:       {Fill: colorSkyBar, Line: colorBlue, Text: colorInk, Pen: 1},
		RoleWaited:    {Fill: colorSkyBar, Line: colorBlue, Text: colorInk, Pen: 1},
		RoleCritical:  {Fill: colorOrangeBar, Line: colorOrange, Text: colorInk, Ink: colorBrown, Pen: 2.4},
		RoleSimulated: {Fill: colorPurpleBg, Line: colorPurple, Text: colorPurple, Pen: 1},
		RoleProblem:   {Fill: colorOrangeBg, Line: colorOrange, Text: colorBrown, Pen: 1},
		RoleShadowed:  {Line: colorHair, Text: colorFaint, Dash: "dotted", Pen: 1},
		RolePhaseA:    {Fill: colorPhaseA, Text: colorInk},
		RolePhaseB:    {Fill: colorPhaseB, Text: colorInk},

		RoleBranch:     {Line: colorFrame, Text: colorMuted, Pen: 1},
		RoleServerA:    {Fill: colorSkyBar, Line: colorBlue, Text: colorInk, Pen: 1},
		RoleServerB:    {Fill: colorServerB, Line: colorGreen, Text: colorInk, Pen: 1},
		RoleServerC:    {Fill: colorOrangeBar, Line: colorOrange, Text: colorInk, Pen: 1},
		RoleServerD:    {Fill: colorServerD, Line: colorPurple, Text: colorInk, Pen: 1},
		RoleServerLast: {Fill: colorGreyBar, Line: colorMuted, Text: colorInk, Pen: 1},

		RoleBarCritical: {Fill: colorOrange},
		RoleBarFailed:   {Fill: colorRedTint},
	}
}

// styleOf returns how a role looks.
func styleOf(r Role) style {
	all := styles()
	if r >= roleCount {
		r = RoleNone
	}
	return all[r]
}

// textStyle is the size and weight of a Font.
type textStyle struct {
	Size float64
	Bold bool
}

func fontOf(f Font) textStyle {
	switch f {
	case FontBold:
		return textStyle{Size: 12, Bold: true}
	case FontSmall:
		return textStyle{Size: 10}
	case FontHeading:
		return textStyle{Size: 13, Bold: true}
	case FontTitle:
		return textStyle{Size: 20, Bold: true}
	}
	return textStyle{Size: 12}
}
