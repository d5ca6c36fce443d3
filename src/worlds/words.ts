/** The vocabulary of the synthetic organisation. Invented: an institute that builds instruments for the sea. */

const list = (text: string): readonly string[] => text.trim().split(/\s+/);

/** What the institute works on. */
export const SUBJECTS = list(`
  ballast sonde hydrophone winch buoy cathode electrolyte inverter busbar moulding keel sealant datum calibrator
  transponder tether gasification plankton salinity turbidity float mooring anchor pontoon hull rudder propeller
  impeller piston bellows manometer thermistor barometer pipette membrane filter reactor turbine stator dynamo
  flywheel capacitor varistor solder laminate varnish epoxy ferrite magnet solenoid relaybox junction terminal
  conduit wiring enclosure bracket dowel rivet spacer grommet bushing sleeve trunnion yoke cradle gantry hoist
  pulley sheave shackle swivel tackle chart sounding bathymetry sediment corer dredge trawl drogue telemetry
  beacon sonar echo chirp waveform demodulator parser scheduler watchdog firmware checksum allocator driver
  console logger simulator emulator sampler digitiser preamp attenuator coupler duplexer phantom testbed fixture
  vibration fatigue creep corrosion fouling leakage pressure buoyancy drag thrust heave pitch roll yaw trim`);

/** What papers about it are called. */
export const PAPERS = list(`
  tender quotation roster circular abstract annex ruling appendix transcript glossary bulletin leaflet dossier
  protocol worksheet checklist inventory estimate invoice contract minutes memorandum briefing plan review survey
  drawing schematic datasheet manual procedure certificate permit licence forecast timetable summary evaluation`);

/** What people write in mails. */
export const CHATTER = list(`
  morning question reply lunch parking figures chapter signing monday wednesday reminder version comments thanks
  attached meeting room agenda deadline corrected please signature holiday calendar invitation slides next week
  phone projector coffee visitors badge booking receipt feedback minutes draft final printer shuttle`);

export const JOB_WORDS = list(
  'vacancy opening salary applicant interview relocation career position recruiter portfolio',
);

export const PROJECT_NAMES = list(`
  ANVIL BELFRY CAPSTAN DAVIT EAVES FERRULE GIMBAL HALYARD INGOT JETTY KILN LATHE MALLET NOTCH OAKUM PINTLE QUOIN
  RATCHET SEXTANT THIMBLE UPRIGHT VANE WEDGE YARDARM ZITHER AWNING BODKIN CLEAT DORMER EMBER FULCRUM GROMMET HASP
  INKWELL JOIST KEYSTONE LINTEL MORTISE NEWEL OUTRIGGER PARAPET QUARRY RAFTER SPIGOT TRELLIS UMBER VELLUM WICKET
  YOKEL AUGER BOBBIN CRUCIBLE DIBBER EYELET FLANGE GAVEL HEARTH IRONWOOD JIGSAW KNURL LOOM MANTEL NIBLICK ORRERY
  PLINTH QUIVER ROTUNDA SCABBARD TURRET URNFIELD VISE WHETSTONE ABACUS BUTTRESS CORNICE DOWEL ESCUTCHEON FINIAL
  GNOMON HINGE IMPOST JAMB KEEL LECTERN MULLION NAVE OBELISK PEDESTAL QUARTZ RISER STENCIL TRANSOM VALANCE WAINSCOT`);

export const PROJECT_FOLDERS = list('basics concept drawings computing trials purchasing results');
export const FOLDER_CODES = list('bas con drw cmp tri pur res');
/** Of files people make for themselves: archives and pictures among them. */
export const OWN_EXTENSIONS = list(
  'docx docx docx docx pdf pdf pdf pdf xlsx xlsx csv csv pptx pptx step txt txt zip png',
);
export const EXTENSIONS = list('docx docx docx pdf pdf xlsx xlsx pptx step dxf txt csv');

/** Syllables of invented names; they belong to no language. */
export const NAME_STARTS = list(
  'Al Bri Cor Dul Ef Fen Gor Hax Il Jor Kel Lum Mir Nol Or Pel Quin Ras Sel Tam Ul Vex Wil Yor Zim',
);
export const NAME_ENDS = list('ax ben dar elo fin gus hal ith jen kor lia mot nex ola pim ris sto tum ura vix');
export const FAMILY_ENDS = list(
  'brack cott dahl fenn gard holt jarn kett lund mire nock pell rund skell torp vane wyck zell',
);

export const SITE_KINDS = list('daily wiki parts board market cinema maps forecast recipes league codes papers');
export const SITE_NAMES = list(`
  lantern harbour compass meadow copper summit juniper pebble orchard willow saffron granite cobalt thicket marble
  heather amber canyon breeze cedarwood lagoon prairie walnut cinder foxglove glacier hollow ivory jasper kestrel`);

export const OUTSIDE_KINDS = list('consult works labs institute supplies shipping college foundry press systems');
/** Mail providers used by private people. */
export const PRIVATE_MAIL = list(
  'parcelpost.example quickletter.example homebox.example mailnest.example inkpot.example',
);
/** Private storage on the web. */
export const PRIVATE_STORAGE = list('skydrawer.example packrat-cloud.example shelfspace.example boxkite.example');
export const JOB_SITES = list('jobharbour.example workfinder.example careerbridge.example');

export const INSIDE_DOMAIN = 'meridian-works.example';
/** The one folder everybody may use to pass files on. */
export const EXCHANGE = '\\\\fs04\\common\\exchange\\';
