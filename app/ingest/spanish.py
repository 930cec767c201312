"""Spanish: the rules for reading a page."""

from app.ingest.words import (
    Aspects,
    Calls,
    Credits,
    Explanations,
    Layout,
    Organisation,
    SignWords,
    Words,
    exact,
    rule,
    vocabulary,
)
from app.pack import Audience

DOCTOR = (
    r"(?:(?<!atención )(?<!ayuda )(?<!asistencia )m[ée]dic[oa]s?\b|doctor(?:a|es)?\b|pediatra|"
    r"profesional(?:es)? (?:de la salud|sanitario|médico)|proveedor de (?:atención médica|cuidados|salud)|"
    r"enfermer[oa]|dentista|cirujan[oa]|especialista|equipo médico|\w+ólog[oa]\b|clínica|consultorio)"
)
NUMBER = (
    r"(?:(?:al |a )?(?:9-?1-?1|112|061|999)\b|(?:a )?una ambulancia|(?:al |"
    r"a )?(?:los )?servicios? de emergencias?|a emergencias)"
)
EMERGENCY = (
    r"(?:\b(?:9-?1-?1|112|061|999)\b|\bambulancia|\bsala de (?:emergencias?|urgencias?)|\b(?:departamento|"
    r"servicios?) de (?:emergencias?|urgencias)|\ba (?:urgencias|emergencias)\b|"
    r"\batención (?:médica )?de (?:emergencia|urgencia)\b)"
)
CARE = (
    r"(?:atención|ayuda|asistencia)(?: (?:médica|inmediata|urgente|de emergencia|de urgencia|de inmediato|"
    r"profesional))*"
)
GENUS = (
    r"(?:gérmen(?:es)?|germen|enfermedad(?:es)?|trastornos?|afección|afecciones|infección|infecciones|pruebas?|"
    r"análisis|exámen(?:es)?|examen|procedimientos?|cirugía|operación|tratamientos?|medicamentos?|medicinas?|"
    r"células?|glándulas?|órganos?|tubos?|tejidos?|sustancias?|proteínas?|hormonas?|virus|bacterias?|hongos?|"
    r"parásitos?|sarpullidos?|partes?|capas?|músculos?|huesos?|vasos?|médic[oa]s?|especialistas?|hinchazón|"
    r"inflamación|máquinas?|aparatos?|vacunas?|tipos?|clases?|formas?|grupos?|nombres?|líquidos?|bultos?|llagas?|"
    r"tumor(?:es)?|cáncer(?:es)?|lesión|lesiones)"
)
TERM = r"[^\W\d_][\w'-]*(?: [\w'-]+){0,3}?"
WHO = (
    (Audience.parents, "padres"),
    (Audience.kids, "niños"),
    (Audience.teens, "(?:adolescentes|jóvenes)"),
)
CHILD = r"(?:(?:su|tu|el|la|un|una) (?:hij[oa]|hijo o hija|niñ[oa]|bebé|pequeñ[oa])|usted|ella|él|tú)"

LAYOUT = Layout(
    audience_lines={
        audience: rule(rf"^(?:información (?:sobre (?:la )?salud|de salud|médica)? ?)?para (?:los )?{who}\W*$")
        for audience, who in WHO
    },
    audience_paths={
        Audience.parents: rule(r"/(?:parents|padres)/", r"\(para padres\)"),
        Audience.kids: rule(r"/(?:kids|ninos|niños)/", r"\(para niños\)"),
        Audience.teens: rule(r"/(?:teens|adolescentes)/", r"\(para adolescentes\)"),
    },
    title_frame=rule(r"^¿?(?:qué (?:es|son)|todo sobre|acerca de)\s+(?:el |la |los |las |un |una )?(?P<name>.+?)\??$"),
    furniture=rule(
        r"^(?:compartir|imprimir|correo|guardar|escuchar|menú|cerrar|buscar|búsqueda|inicio|atrás|volver|"
        r"siguiente|anterior|publicidad|english|inglés|iniciar sesión|en esta página|en este artículo|contenido|"
        r"índice|facebook|twitter|instagram|youtube|síganos|aceptar|video|audio)\W*$",
        r"^(?:saltar a|ir al contenido|volver arriba|imprimir esta|compartir est[ea]|in english|read this|"
        r"lea est[ea]|leer en|texto más grande|tamaño de(?:l)? texto|descargar|available in)\b.{0,80}$",
        r"©|\bcopyright\b|derechos reservados|fines educativos|\bcookies\b|términos de uso|"
        r"política de privacidad|aviso de privacidad|no (?:sustituye|reemplaza)|imágenes (?:proporcionadas|"
        r"cedidas) por|^(?:nota|aviso): (?:toda|todo)",
    ),
    menu_words=rule(
        r"\b(?:contáct\w+|contacto|sobre nosotros|empleo|trabaje con|donar|donaciones|voluntari\w+|ubicaciones|"
        r"encontrar un|buscar un|pagar|factur\w+|citas?|privacidad|mapa del sitio|accesibilidad|noticias|eventos|"
        r"portal|estacionamiento|visitantes|remisiones|fundación|suscr\w+|boletín|seguro)\b"
    ),
    related=rule(
        r"^(?:artículos? relacionados?|temas? relacionados?|información relacionada|contenido relacionado|"
        r"enlaces relacionados|más (?:sobre|acerca de) (?:este|estos) temas?|más información|véase también|"
        r"ver también|también (?:le|te) puede interesar|lecturas? adicional(?:es)?|seguir leyendo)\W*$"
    ),
    related_label=rule(
        r"^(?:artículos? relacionados?|temas? relacionados?|más (?:sobre|acerca de) (?:este|estos) temas?|"
        r"véase también|ver también|también (?:le|te) puede interesar)\W*$"
    ),
    teaser=rule(
        r"\ben este artículo\b|\beste artículo\b|\b(?:aquí|he aquí|estos son) (?:hay )?(?:algunos|"
        r"unos) consejos\b|\b(?:descubr[ae]|averigü[ea]|aprend[ae]|inf[oó]rm[ae](?:te|se)|infórmese|entérese|"
        r"conozca|obtenga|lea) (?:más|sobre|cómo|qué|por qué|cuándo|lo básico|acerca)\b|\bvisit[ea] nuestr[oa]\b|"
        r"\binformación completa\b"
    ),
    teaser_hint=exact(
        r"^[A-ZÁÉÍÓÚÑ][\w'-]*(?: [\w'-]+){0,4}(?: \([^()]{2,40}\))?(?:,[^,.]{3,80}(?:,[^,.]{3,80}){0,3},)? (?:es|"
        r"son|se refiere a|significa|ocurre) "
    ),
    teaser_subject=exact(
        r"^(?!Muchos |Muchas |Algunos |Este |Esta |Estos |Estas |Si |Cuando )(?:(?:El|La|Los|Las|Un|"
        r"Una) )?(?P<a>[^\W\d_][\w'’-]*(?: [\w'’-]+){0,3}?)(?: \([^()]*\))?(?:, (?:también|llamad)[^.]*,)? (?:es|"
        r"son|se refiere a|significa|ocurre)\b",
        r"\b(?:nuestro|Nuestro|nuestra|el|la) (?P<b>[A-ZÁÉÍÓÚÑ][\w'’-]+(?: (?:de |del )?[A-ZÁÉÍÓÚÑ][\w'’-]+){0,4})",
        r"(?:lo básico sobre|[Aa]prend[ae] (?:más )?sobre|[Ll]ea sobre|"
        r"[Ii]nformación sobre) (?P<c>[^.,:;?!]{3,80}?)(?: en este artículo| aquí\b|[.,:;?!]|$)",
    ),
    article_audience={
        audience: rule(
            rf"\b(?:artículos?|centro|sección|página|guía|consejos|información|versión|sitio) para (?:los )?{who}\b",
            rf"\(para {who}\)|^para {who}\b|\bque (?:los )?{who} necesitan\b",
        )
        for audience, who in WHO
    },
    dangling=rule(
        r"\b(?:si|incluyen?|incluidos|incluyendo|tales como|como|tiene|tienen|cuando|para|de|con|su hij[oa]|"
        r"su niñ[oa]|lo siguiente|los siguientes)$"
    ),
    cut_item=rule(
        r"(?:…|\.\.\.|,|[-–—])$",
        r"\b(?:y|o|e|u|el|la|los|las|un|una|de|del|a|al|con|para|que|es|son|su|por)$",
        r"^\W*(?:(?:ver|leer|mostrar|cargar) (?:más|todo|todos|menos)(?: [\w ]{1,15})?|(?:y )?(?:\d+ )?más|"
        r"(?:la lista )?contin[uú]a(?: (?:abajo|en [\w ]{1,15}))?)\W*$",
    ),
    abbreviation=rule(
        r"\b(?:Dra?|Dres|Sra?|Srta|Uds?|Vd|p\. ?ej|ej|etc|EE|UU|EE\. ?UU|Prof|a\. ?m|p\. ?m|núm|pág|M\.D)\.$",
        r"\b[A-Z]\.$",
    ),
)

CREDITS = Credits(
    reviewed_by=rule(
        r"^(?:revisado|revisión) (?:médic[ao]|médicamente|clínicamente)?\s*por\b\s*:?",
        r"^revisor(?:a)? médic[oa]\b\s*:?",
    ),
    reviewed_on=rule(
        r"\b(?:fecha de (?:la )?(?:última )?revisión|última revisión|revisado el|revisión más reciente)\b\s*:?"
    ),
    next_review_on=rule(r"\bpróxima revisión(?: prevista)?\b\s*:?"),
    published_on=rule(r"^(?:fecha de publicación|publicado(?: el)?)\b\s*:?"),
    modified_on=rule(
        r"^(?:fecha de (?:la )?(?:última )?actualización|(?:última )?actualiza(?:do|ción)(?: el)?)\b\s*:?"
    ),
    months=(
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ),
)

ASPECTS = Aspects(
    by_heading=(
        (
            "SeeDoctorHealthAspect",
            rule(
                r"\bcu[aá]ndo (?:debo|debe|debes|hay que|se debe|es necesario|llamar|acudir|ir|consultar|buscar|"
                r"pedir|ver)\b",
                r"\bllam(?:e|ar|a) al? (?:médico|doctor|pediatra|911|112)|\bemergencia|\burgen(?:te|cia)s?\b",
                r"\bseñales de (?:alerta|alarma|advertencia|peligro)|\bsignos de (?:alerta|alarma)",
                r"\b(?:buscar|obtener|pedir) (?:ayuda|atención)\b",
            ),
        ),
        ("DiagnosisHealthAspect", rule(r"\bdiagn[oó]stic|\bpruebas?\b|\bexámenes\b|\banálisis\b|\bse detecta")),
        (
            "TreatmentsHealthAspect",
            rule(r"\btrata(?:n|r|do|da|mientos?)?\b|\bterapia|\bmedicamentos?\b|\bmedicinas?\b|\bcirugía\b"),
        ),
        ("SideEffectsHealthAspect", rule(r"\befectos (?:secundarios|adversos)\b")),
        (
            "SymptomsHealthAspect",
            rule(r"\b(?:signos?|síntomas?|señales)\b|\bcómo (?:se ve|saber si)\b|\bqué aspecto\b"),
        ),
        ("ContagiousnessHealthAspect", rule(r"\bcontagi|\bpropaga|\btransmit|\binfeccios")),
        ("PreventionHealthAspect", rule(r"\bpreven|\bevitar|\bvacun|\bproteg")),
        (
            "RisksOrComplicationsHealthAspect",
            rule(r"\bcomplicaciones?\b|\briesgos?\b|\bproblemas puede\b|\bquién(?:es)? (?:puede|tiene|corre)"),
        ),
        (
            "CausesHealthAspect",
            rule(r"\bcausas?\b|\bcausan?\b|\bpor qué\b|\ba qué se debe\b|\bqué (?:ocurre|pasa|provoca)\b"),
        ),
        ("PrognosisHealthAspect", rule(r"\bpronóstico\b|\bcuánto (?:dura|tiempo)\b|\ba largo plazo\b|\brecuper")),
        ("StagesHealthAspect", rule(r"\betapas?\b|\bfases?\b|\bestadios?\b")),
        ("TypesHealthAspect", rule(r"\btipos?\b|\bclases?\b")),
        (
            "SelfCareHealthAspect",
            rule(
                r"\ben (?:casa|el hogar)\b|\bcuidados?\b|\bcuidar\b|\bsentirse mejor\b|\bcómo (?:puedo|pueden|"
                r"puede) .*ayudar\b"
            ),
        ),
        (
            "LivingWithHealthAspect",
            rule(r"\b(?:vivir|convivir) con\b|\bapoyo\b|\bafrontar\b|\ben la escuela\b|\bde cara al futuro\b"),
        ),
        (
            "OverviewHealthAspect",
            rule(r"^¿?qué (?:es|son)\b|^resumen|^introducción|^acerca de|^puntos clave|^generalidades"),
        ),
    ),
    by_text=(
        (
            "SeeDoctorHealthAspect",
            rule(
                r"\b(?:llam[ea]r?|consult[ea]r?|acuda|vaya|contacte)\b.{0,40}\b(?:médico|doctor|pediatra|911|112|"
                r"urgencias|emergencias)\b",
                r"\b(?:atención|ayuda) médica (?:de inmediato|inmediata|urgente|de emergencia)\b|"
                r"\bsala de emergencias\b",
            ),
        ),
        (
            "LivingWithHealthAspect",
            rule(r"\babrumador|\bgrupos? de apoyo\b|\bencontrar apoyo\b|\bafrontar\b|\ben la escuela\b"),
        ),
        (
            "SelfCareHealthAspect",
            rule(r"\bpara ayudar a su hij[oa]\b|\ben casa\b|\binstrucciones\b|\bmuchos líquidos\b|\bdescans"),
        ),
        ("PreventionHealthAspect", rule(r"\bpreven(?:ir|ción|ga)\b|\bvacuna\b|\bevitar\b|\bproteger\b")),
        ("TreatmentsHealthAspect", rule(r"\btratamientos?\b|\bse trata\b|\btratar\b|\btratan\b")),
        (
            "DiagnosisHealthAspect",
            rule(r"\bdiagn[oó]stic|\banálisis de sangre\b|\bpara averiguar (?:por qué|si)\b|\bexamen físico\b"),
        ),
        (
            "CausesHealthAspect",
            rule(r"\bse debe a\b|\bdeberse a\b|\bcausas?\b|\bcausad[oa] por\b|\bocurre cuando\b|\bprovoca"),
        ),
        ("SymptomsHealthAspect", rule(r"\bsíntomas?\b|\bsignos\b|\bpuede(?:n)? (?:tener|sentir|notar|presentar)\b")),
        ("ContagiousnessHealthAspect", rule(r"\bcontagi|\bse propaga\b|\bse transmite\b")),
        ("PrognosisHealthAspect", rule(r"\bpronóstico\b|\bmejoran?\b|\bse recuperan?\b|\bdesaparecen?\b")),
    ),
    labels={
        "OverviewHealthAspect": "Información general",
        "SymptomsHealthAspect": "Síntomas",
        "CausesHealthAspect": "Causas",
        "DiagnosisHealthAspect": "Diagnóstico",
        "TreatmentsHealthAspect": "Tratamiento",
        "PreventionHealthAspect": "Prevención",
        "SelfCareHealthAspect": "Cuidados en casa",
        "SeeDoctorHealthAspect": "Cuándo buscar atención médica",
        "LivingWithHealthAspect": "La vida diaria",
        "PrognosisHealthAspect": "Pronóstico",
        "ContagiousnessHealthAspect": "Cómo se contagia",
    },
)

ORGANISATION = Organisation(
    kinds=(
        ("main-campus", rule(r"\b(?:campus|sede|hospital) principal\b")),
        ("urgent-care", rule(r"\b(?:atención|cuidados?|centro) (?:médica )?(?:de urgencias?|urgentes?|inmediata)\b")),
        ("surgery-center", rule(r"\bcentro (?:de cirugía|quirúrgico)\b")),
        (
            "specialty-care",
            rule(
                r"\b(?:centro|atención|clínica|cuidados) (?:de (?:atención )?)?(?:especialidades|"
                r"especializad[oa]s?)\b"
            ),
        ),
        ("emergency-department", rule(r"\b(?:departamento|sala|servicio) de (?:emergencias?|urgencias)\b")),
        ("primary-care", rule(r"\batención primaria\b")),
        ("hospital", rule(r"\b(?:hospital|centro médico)\b")),
    ),
    joined=exact(
        r"(?P<name>.{3,120}?)(?:\s+(?P<dash>[–—-])\s+|\s+en\s+)(?P<town>[A-ZÁÉÍÓÚÑ][\w.'’-]+(?: (?:de |del |la |"
        r"las |los )?[A-ZÁÉÍÓÚÑ][\w.'’-]+){0,3})$"
    ),
    no_town=rule(
        r"\b(?:casa|visitantes?|estacionamiento|direcciones|servicios?|información|facturación|empleos?|contacto|"
        r"resumen|ubicaciones?|mapas?|horarios?|teléfonos?|noticias|eventos|pacientes?|familias|citas?|español|"
        r"inglés|línea)\b"
    ),
    groups=(
        (
            "referring-providers",
            "Para quienes derivan pacientes",
            rule(
                r"\bremisi(?:ón|ones)\b|\bremitir\b|\bderiva|\bproveedores\b|\bprofesionales\b|\bmédicos remitentes\b"
            ),
        ),
        (
            "bills-and-costs",
            "Facturas y costos",
            rule(r"\bpagar\b|\bfactur|\bcost[eo]s?\b|\bprecios?\b|\bseguros?\b|\bfinancier"),
        ),
        (
            "records-and-portal",
            "Historial y portal del paciente",
            rule(r"\bhistoria(?:l|les)\b|\bexpedientes?\b|\bportal\b|\bmy ?chart\b|\bsesión\b"),
        ),
        ("giving", "Donar y participar", rule(r"\bdona|\bfundación\b|\bvoluntari|\bempleos?\b|\bregalo")),
        ("support-for-families", "Apoyo a las familias", rule(r"\bfamilia|\bapoyo\b|\bhistorias\b|\bdefensa\b")),
        (
            "learning-and-research",
            "Aprender e investigar",
            rule(r"\binvestigación\b|\beducación\b|\brecursos\b|\bbiblioteca\b|\bnoticias\b|\binformación\b"),
        ),
        (
            "find-care",
            "Encontrar atención",
            rule(
                r"\bencontrar\b|\bbuscar\b|\bubicaciones\b|\bcitas?\b|\bcontact|\bespecialidades\b|\bmédicos?\b|"
                r"\burgencias\b|\bservicios\b"
            ),
        ),
        ("your-visit", "Su visita", rule(r"\bvisita|\bcirugía\b|\bestacionamiento\b|\bqué esperar\b")),
        ("other", "Otros enlaces", rule(r"")),
    ),
)

CALLS = Calls(
    directive=rule(
        rf"\b(?:llam[ea]n?|llamar|llámel[oa]|contact[ea]|contactar|(?:comuníquese|comunicarse|comunícate) con|"
        rf"(?:póngase|ponerse|ponte) en contacto con|consult[ea]|consultar|acud[ea]|acudir|vaya|ve|visit[ea]|"
        rf"hable con|hablar con|habla con|avis[ea]|avisar|inform[ea]|dígale|dile|(?:pida|pedir|pide|solicite|"
        rf"haga) (?:una )?cita (?:urgente )?(?:con|al?)|(?:lleve|llevar) a (?:su (?:hij[oa]|niñ[oa]|"
        rf"bebé)))\b[^.;:,?()]{{0,40}}?\b{DOCTOR}",
        rf"\b(?:llam[ea]n?|llamar|marque|marcar)\b[^.;:,?()]{{0,30}}?\b{NUMBER}",
        r"\b(?:vaya|ve|ir|acud[ea]|acudir|diríjase|lleve a (?:su (?:hij[oa]|niñ[oa]|bebé))|llével[oa]|regrese|"
        r"vuelva)\b[^.;:,?()]{0,30}?\b(?:al?|a la|a un|a una) (?:sala de (?:emergencias?|urgencias?)|(?:servicio|"
        r"departamento) de (?:emergencias?|urgencias)|urgencias|emergencias|hospital)\b(?: más cercan[oa])?",
        rf"\b(?:busque|buscar|busca|obtenga|obtener|solicite|solicitar|pida|pedir|necesitan?|"
        rf"requieren?)\b (?:de inmediato )?{CARE}",
        r"\b(?:dile|cuéntale|avisa) (?:a (?:tu (?:mamá|papá)|tus padres|un adulto))[\w ,]{0,40}?(?=de inmediato|"
        r"enseguida|si\b)",
        r"\bllam[ea](?= (?:de inmediato|inmediatamente|enseguida|ahora|si|cuando)\b)",
    ),
    heading=rule(r"^¿?cu[aá]ndo\b[\w\s,]{0,30}$"),
    label=rule(
        r"^(?:importante|advertencia|aviso|emergencia|urgente|atención (?:urgente|inmediata))\s*[:!–-]\s*",
        r"^(?P<whom>en (?:los )?(?:bebés|recién nacidos|niños)(?: (?:de )?(?:[\w-]+ ){0,2}\d+ (?:a \d+ )?"
        r"(?:meses|años|semanas|días))?),\s*",
    ),
    order=rule(
        r"(?:^|[,;:—–!¡(\"“-]|\b(?:y|o|e|u|entonces|luego|siempre|también|inmediatamente|debe|debes|deben|deberá|"
        r"deberá|debería|deberías|hay que|tiene que|tienes que|es (?:importante|necesario|fundamental|mejor|"
        r"preciso|hora de)|no (?:dude|dudes) en|no (?:espere|tarde) (?:en|para)|por favor|asegúrese de|necesita|"
        r"recuerde))\s*$"
    ),
    needs=rule(r"^(?:necesitan?|requieren?)\b"),
    needer=rule(
        r"\b(?:niñ[oa]s?|hij[oa]s?|bebés?|personas?|pacientes?|adolescentes|alguien|usted|ellos)\s*$", r"^\s*$"
    ),
    having=r"(?:con|que tienen?)(?: el| la| los| las| una?)?",
    limits=rule(
        r"\b(?:después de|antes de|durante|mientras|hasta|a menos que|menor(?:es)? de|mayor(?:es)? de|"
        r"recién nacid\w+|bebés?|embaraz\w+|adultos?(?! debe)|quien|quienes|medicamentos?|vacunas?|cirugía|solo|"
        r"sólo|era|"
        r"eran|fue|si|cuando|en|para|con|médicos?|enfermer\w+)\b|\d"
    ),
    negated=rule(r"\b(?:no|nunca|jamás|tampoco|raramente|rara vez|sin|evite|en vez de|en lugar de|innecesario)\b"),
    courage=rule(
        r"\b(?:no|nunca|sin) (?:dude|dudes|dudar|espere|esperes|esperar|tarde|tardes|tardar|demore|"
        r"tenga miedo)(?: (?:en|para|de|a))?\b"
    ),
    but=rule(r"^.*[,;]\s*(?:pero|así que)\s+"),
    other_matter=rule(
        r"\befectos (?:secundarios|adversos)\b|\bmedic(?:inas?|amentos?)\b|\bvacuna|\bembaraz",
        r"\bdespués de (?:la |el |una? )?(?:cirugía|operación|procedimiento|tratamiento|prueba)\b",
    ),
    other_cause=rule(
        r"\befectos (?:secundarios|adversos)\b|\breacci(?:ón|ones) a\b",
        r"\bmedic(?:inas?|amentos?) (?:puede|pueden|a veces) (?:causar|provocar)\b",
        r"^después de (?:la |el |una? )?(?:cirugía|operación|procedimiento|vacuna)\b",
    ),
    exception=rule(r"\b(?:a menos que|no (?:si|cuando)|salvo|excepto|a no ser que|aunque|incluso si|pero no)\b"),
    telling=rule(r"^(?:avis|inform|díga|dile|visit)"),
    these=rule(
        r"\b(?:est[oae]s?|es[oae]s|los siguientes|las siguientes|lo siguiente|a continuación)\b",
        r"\b(?:dos|tres|cuatro|varios|\d+)(?: o más)? de\s*$",
    ),
    if_word=rule(r"\b(?:si|cu[aá]ndo|en caso de que|en caso de)(?!\w)"),
    if_first=rule(
        r"^(?:(?:pero|y|así que|también|o)\b,? )?(?:si|cuando|en caso de que|"
        r"siempre que)\s+(?P<cond>[^;]+?)\s*[,—–]\s*(?:(?:entonces|por favor|inmediatamente|de inmediato|"
        r"asegúrese de|es importante|debe|debes|deberá|hay que|tiene que|siempre)\s*)*$"
    ),
    if_after=rule(
        r"^(?P<mid>[^.;:]{0,90}?)(?:\b(?:si|cuando|en caso de que|en caso de)\b\s*|\b(?P<bare>por$)|\b(?:ante|"
        r"por|con|para)\s+(?=(?:cualquier|cualquiera|estos|estas|los siguientes|las siguientes|signos?|síntomas?|"
        r"señales)\b))(?P<cond>.*)$"
    ),
    joint=rule(r"[,;]?\s*(?:\b(?:y|o|e|u|pero|y luego)\b,?\s*)?$"),
    conditional=rule(r"\b(?:si|cuando|en caso de|de inmediato|inmediatamente|ante cualquier)\b"),
    aside=rule(
        r"\b(?:sobre|acerca de|antes de|después de|hasta|que|quien|porque|para (?:preguntar|saber|averiguar|"
        r"programar|hablar))\b"
    ),
    stub=vocabulary(
        """su sus tu tus usted él ella ellos ellas el la los las un una unos unas hijo hija niño niña niños niñas
        bebé adolescente persona alguien tiene tienen tienes tenga tengan presenta presentan presenta muestra
        muestran nota notan notas ve ves observa observas desarrolla sufre experimenta aparece aparecen hay
        cualquiera cualquier de del estos estas esto lo siguiente siguientes signo signos síntoma síntomas señal
        señales problema problemas cosas y e o u al menos más uno una alguno alguna algunos algunas también a
        continuación indicados mencionados con que se le está es son"""
    ),
    not_a_sign=rule(
        r"\b(?:preguntas?|dudas?|sospecha|porque|inquietudes|preocup\w+|cree|crees|piensa|(?<!no )quieres?|desea|"
        r"planea|necesita ayuda|consejos?|receta|segur[oa]|efectos (?:secundarios|adversos)|reacción a|"
        r"alérgic[oa] a|embaraz\w+|vacun\w+|cirugía|operación|tomando|viaj\w+|expuest[oa]|contacto cercano|"
        r"el medicamento|los medicamentos|tratamiento|cita)\b"
    ),
    dangling_subject=rule(
        r"^(?:esto|eso|ello|estos|estas|esos|lo cual|este|esta)\b",
        r"^(?:empeora|empeoran|dura|duran|continúa|continúan|persiste|persisten|no (?:mejora|desaparece|"
        r"desaparecen|mejoran))\b",
    ),
    immediate=rule(
        r"\bde inmediato\b|\binmediata(?:mente)?\b|\benseguida\b|\ben seguida\b|\bahora(?: mismo)?\b|"
        r"\bsin (?:demora|perder tiempo)\b|\bal instante\b|\bya mismo\b"
    ),
    urgent=rule(
        r"\bhoy(?: mismo)?\b|\besta noche\b|\bel mismo día\b|\b(?:dentro de|en) (?:las )?(?:próximas |"
        r"primeras )?(?:unas |pocas |\d |1\d |2[0-4] )horas\b|\burgente(?:mente)?\b|\bcon urgencia\b|"
        r"\blo antes posible\b|\bcuanto antes\b|\bpronto\b"
    ),
    non_urgent=rule(r"\bno urgentes?\b|\bcita de rutina\b|\b(?:próxima|siguiente) (?:visita|cita|revisión)\b"),
    emergency=rule(EMERGENCY),
    doctor=rule(rf"\b{DOCTOR}"),
)

SIGNS = SignWords(
    holder=rule(
        rf"^{CHILD} (?:también )?(?:tiene|tienen|tienes|presenta|muestra|desarrolla|nota|sufre|observa)\s+",
        r"^(?:tiene|tienen|tienes|presenta|muestra|desarrolla|nota|observa|aparece|ve)\s+",
    ),
    and_clause=rule(
        r"\b[ye]\b.*\b(?:es|está|están|tiene|tienen|no|se|parece|vomita|empieza|deja|presenta|desarrolla)\b"
    ),
    bearer=rule(
        rf"^(?:{CHILD}|(?:los |las |un |una )?(?:niñ[oa]s?|personas?|pacientes?)(?: con [\w -]{{1,60}}?)?)? ?"
        r"(?:tienen?|presentan?|muestran?|nota|observa|ve)\s*$"
    ),
    umbrella=rule(
        r"\b(?:cualquier |otros? |nuevos? |posibles? )*(?:signos?|síntomas?|señal(?:es)?)(?: (?:o|y) (?:signos?|"
        r"síntomas?|señal(?:es)?))? de (?!est[oae]s?\b|los siguientes\b)(?P<kind>[^,;:()]+)",
        r"\bcualquier (?:otro |nuevo )?(?:signo|síntoma|señal)\b(?! (?:de|mencionado|indicado))",
    ),
    any_=rule(r"\bcualquier\b"),
    definite=rule(r"\b(?:los|las|el|la|sus?|est[oa]s|es[oa]s)\s*$"),
    alarming=rule(
        r"\b(?:es|son) una emergencia\b|\bemergencia médica\b",
        r"\b(?:signos?|síntomas?|señal(?:es)?) de (?:una |la )?(?:alerta|alarma|advertencia|peligro|emergencia)\b",
    ),
    kind_ends=rule(r"\s*\b(?:o|u|y|e|pero|tales como|como|incluidos|mientras|después|que|quien|durante|para|en su)\b"),
    these_include=rule(
        r"^(?:est[oa]s?|entre ell[oa]s(?: se)?)(?: (?:pueden|suelen))? inclu(?:yen|ye|ir)\b\s*:?\s*(?P<items>.*)$"
    ),
    examples=rule(r"^,?\s*(?:tales como|como|incluidos|incluyendo|por ejemplo,?|p\. ?ej\.,?)\s+"),
    examples_end=rule(r"[,\s]+(?:tales como|como|incluidos|incluyendo|por ejemplo)\s*$"),
    include=rule(
        r"^(?:(?:los|las|algunos|algunas|otros|otras|primeros|principales|posibles|más) )*(?:signos?|síntomas?|"
        r"señales)(?: (?:y|o) (?:signos?|síntomas?|señales))?(?: (?:más )?(?:comunes|frecuentes|habituales|"
        r"típicos))?(?: de (?P<kind>[^,.;:]+?))?(?: (?:más )?(?:comunes|frecuentes|habituales|"
        r"típicos))? (?:pueden |suelen |también )*inclu(?:yen|ir)\b\s*:?\s*(?P<items>.*)$"
    ),
    about_signs=rule(r"\b(?:signos?|síntomas?|señales|esté atento|preste atención|fíjese)\b"),
    open_ended=rule(
        r"\b(?:tales como|como|inclu\w+|por ejemplo|p\. ?ej|comunes|frecuentes|otros?|otras?|etc|algunos|"
        r"la mayoría|suelen|a menudo|entre otros)\b"
    ),
    unfinished=rule(
        r"\bno es una lista completa\b|\blista no (?:es|está) completa\b|\bcualquier otr[oa] (?:signo|síntoma|"
        r"señal)\b"
    ),
    item_end=rule(r"[;,]?\s+(?:y/o|y|o|e|u)$"),
    alternative=rule(r",\s+[ou]\s+|\s+[ou]\s+|,\s+"),
    conjunction=rule(r",\s*(?:y|e|o|u)\s+(?![^()]*\))|,\s+(?![^()]*\))|(?<=\w)\s+(?:y|e)\s+(?=\w[^,]*$)(?![^()]*\))"),
    and_=rule(r"\s+[ye]\s+"),
    or_=rule(r"\s+[ou]\s+"),
    or_at_end=rule(r"[,\s]+[ou]\s*$"),
    or_at_start=rule(r"^[,\s]*[ou]\s+"),
    goes_on=rule(r"^(?:que|esto|estos|lo cual|pero|porque|así que|si|cuando|llame|acuda|consulte|busque|vaya)\b"),
    stands_alone=rule(
        r"^(?:un|una|unos|unas|cualquier|dificultad|problemas|signos?|síntomas?|tiene|está|no|parece|se|vomita|"
        r"llora|deja|presenta|empieza|respira|su|le)\b"
    ),
    preposition=rule(r"\b(?:en|de|del|alrededor|cerca|con|al|por|bajo)\b"),
    place=rule(
        r"^(?:el |la |los |las |un |una |su |sus )?(?:brazos?|piernas?|espalda|pecho|cuello|cara|manos?|pies?|"
        r"ojos?|oídos?|orejas?|nariz|boca|labios?|lengua|garganta|piel|cabeza|barriga|estómago|abdomen|vientre|"
        r"cadera|rodillas?|tobillos?|codos?|muñecas?|hombros?|articulaciones|dedos|encías|orina|pis|caca|heces|"
        r"vómito|mucosidad|cortes?|rasguños?|quemaduras?|heridas?|picaduras?|mordeduras?|moretones?|llagas?|"
        r"mañana|tarde|noche)$"
    ),
    trouble=rule(r"^(?:dificultad(?:es)?|problemas?|dolor al)\b"),
    ing=rule(r"^(?:para |al )?\w+(?:ar|er|ir)\b"),
    negates=rule(
        r"^(?:no|nunca|sin|falta de|pérdida de|menos|más|cambios? (?:en|de)|muy|demasiado|incapa\w+|disminución|"
        r"aumento)\b"
    ),
    article=rule(r"^(?:un|una|unos|unas|el|la|los|las|cualquier|su|sus)\s+"),
)

EXPLANATIONS = Explanations(
    subject=rule(
        rf"^(?:el |la |los |las |un |una )?(?P<term>{TERM})\s*(?:\([^()]{{2,80}}\))?(?:,[^,.]{{2,60}},)? "
        r"(?:es|son|ocurren?|se produce|significa|sucede|afecta|puede|causa)\b"
    ),
    defined=rule(
        rf"^(?:el |la |los |las |un |una )?(?P<term>{TERM})\s*(?:\([^()]{{2,80}}\))?(?:,[^,.]{{2,60}},)? "
        rf"(?:(?:ocurre|se produce|es|se da|sucede) cuando\b|(?:es|son) (?:[\w'-]+ ){{0,4}}?{GENUS}\b.*?"
        r"\b(?:que|cuando|donde|de|en|con|causad\w+|utilizad\w+|por|para)\b).+"
    ),
    called=rule(
        rf"(?:[,(]|\b(?:se|es|son|está|{GENUS})(?: (?:de|del|la|el|los|las) \w+)?) ?\b(?:llamad[oa]s?|"
        rf"denominad[oa]s?|se llaman?) "
        rf"(?:el |la |los |las |un |una )?(?P<term>{TERM})(?=\s*(?:[,.;:()]|$)| (?:que|es|son|puede|para|cuando|si|"
        rf"y|o|en|por|con|"
        r"porque|pero|como|ayuda|tiene|combaten?|luchan?)\b)"
    ),
    also_called=rule(
        r"\btambién (?:llamad[oa]s?|conocid[oa]s? como|denominad[oa]s?|se llama) (?:el |la |los |las |un |"
        r"una )?(?P<names>[^().;:]{2,80}?)(?=[).;:]|,? (?:es|son|que)\b|$)"
    ),
    name_split=rule(r",\s+(?:[ou]\s+)?|\s+[ou]\s+"),
    gloss=rule(
        r"^(?:un|una|el|la|los|las|cuando) (?!poco\b|mismo\b|misma\b|vez\b|día\b|semana\b|mes\b|año\b|"
        r"mayoría\b).{6,}",
        rf"^{GENUS} (?:de|del|en|que|causad\w+|especializad\w+)\b.{{4,}}",
    ),
    apposition=rule(
        r"\b(?:un|una|el|la) (?P<term>[\w'-]+(?: [\w'-]+){0,2}), (?P<gloss>un[ao]? (?:médic[oa]|doctor|"
        r"especialista|enfermer[oa]|prueba|examen|tubo|medicamento|máquina|aparato|célula|proteína|germen|virus|"
        r"glándula|órgano|afección|enfermedad) (?:que|de|para|en|especializad[oa])\b[^,.;]*)(?=[,.])"
    ),
    before_term=rule(
        r"^(?:el|la|los|las|un|una|unos|unas|su|sus|y|o|de|del|con|para|a|al|por|en|es|son|fue|ser|tiene|tienen|"
        r"necesita|puede|pueden|hace|desde|como|otro|otra|algunos|incluye|incluyen|si|cuando|que|quien|sobre|"
        r"también|a menudo|esto|esta|este|causa|causan|llamado|llamada|ver|ve|usa|usan|no)$"
    ),
    common=rule(
        r"^(?:esto|este|esta|estos|estas|eso|ese|esa|ellos|ellas|hay|él|ella|nosotros|usted|su|sus|nuestro|"
        r"algunos|algunas|muchos|muchas|la mayoría|otro|otra|aquí|qué|lo|todo|todos|cada|ningún|si|cuando|"
        r"síntomas?|signos?|tratamientos?|causas?|médicos?|doctores|niños?|niñas|personas|padres|bebés?|cirugía|"
        r"descanso|medicamentos?|el|la|con|sin|en|para|a veces)\b",
        r"\b(?:tratamientos?|causas?|síntomas?|signos?|objetivo|manera|razón|problema|médico|doctor|ambulancia|"
        r"de|para)$",
    ),
    needs_before=rule(r"^(?:est[oae]s?|es[oae]s?|dich[oa]s?|son|es|ell[oa]s)\b"),
    says=rule(r"^(?:se )?pronuncia(?:do|da)?\b\s*:?\s*"),
)

SPANISH = Words(
    lang="es",
    function_words=vocabulary(
        """el la los las de del que y en un una para con por su sus se es son al como más o si lo le puede pueden
        cuando este esta estos estas también muy pero"""
    ),
    layout=LAYOUT,
    credits=CREDITS,
    aspects=ASPECTS,
    organisation=ORGANISATION,
    calls=CALLS,
    signs=SIGNS,
    explanations=EXPLANATIONS,
    patients={
        Audience.parents: "niños con {name}",
        Audience.kids: "niños con {name}",
        Audience.teens: "adolescentes con {name}",
        Audience.general: "personas con {name}",
    },
    notes={
        "list-lost": "La lista que estaba aquí se perdió de la fuente.",
        "list-unclear": "No se puede saber si la lista que la fuente da aquí está completa.",
        "no-signs": "No se pudo leer con certeza ningún signo de alerta: esta lista está vacía, no completa.",
        "set-list-lost": "Una lista se perdió de la fuente.",
        "set-umbrella": "La fuente pide atención ante cualquier signo de un tipo: lo que se nombra aquí no es todo.",
        "set-examples": "La fuente da ejemplos, no la lista completa.",
        "set-left-out": "La fuente pide buscar atención también en otros lugares, que no se pudieron leer con certeza.",
        "set-open": "Otros signos que no se nombran aquí también pueden requerir atención.",
    },
)
