"""The words of faults when QuickBooks or a computer uses Spanish."""

from qbo.faults.tongues.tongue import PROGRAM, Tongue

SPANISH = Tongue(
    tax=r"\b(impuestos?|iva|igv)\b",
    tax_code=r"\b(codigos?|tasas?|tipos?|tarifas?) (del? )?(los |el )?(impuestos?|iva|igv|impositiv[oa]s?)\b"
    r"|\b(tasas? impositivas?|tipos? impositivos?|codigos? fiscal(es)?)\b",
    amount=r"\b(importes?|montos?)\b",
    customer=r"\bclientes?\b",
    item=r"\b(productos?|servicios?|articulos?)\b"
    r"|\bitems?\b",
    account=r"\bcuentas?\b",
    number=r"\b(numero|n\.?º|nro\.?|mism[oa] id)s?\b(?! de (telefono|cuenta|fax|identif))"
    r"|\bfacturas?\b",
    name=r"\bnombres?\b",
    period=r"\b(periodos?|mes(es)?|trimestres?|ejercicios?|libros)\b",
    record=r"\b(facturas?|empleados?|proyectos?|asientos?|ventas?|cotizacion(es)?|presupuestos?|recibos?|compras?"
    r"|gastos?|transaccion(es)?|pagos?"
    r"|proveedor(es)?|clases?)\b",
    thing=r"\b(objetos?|elementos?|registros?|referencia|recursos?)\b",
    access=r"\b(tokens?|sesion(es)?|conexion(es)? (a|con) (quickbooks|intuit|qbo)|autorizacion(es)?|acceso)\b",
    subscription=r"\b(suscripcion(es)?|periodo de prueba|prueba gratuita)\b",
    gone=r"\b(?<!estar )(?<!ser )(inactiv[oa]s?|desactivad[oa]s?|archivad[oa]s?)\b|\b(fue|fueron|sido|esta|estan"
    r"|estaba) (eliminad|borrad|suprimid|fusionad)[oa]s?\b"
    r"|\bse (elimino|borro|desactivo|suprimio)\b|\bha (eliminado|borrado|desactivado)\b",
    missing=r"\bno (se )?(ha |han |fue |fueron |pudo |puede |pudimos )?(sido )?(encontro|encontraron|encuentra"
    r"|encuentran|existen?|encontrad[oa]s?|encontrar|hallad[oa]|hallo|localizad[oa])\b|\binexistentes?\b"
    r"|(?<!error )\bdesconocid[oa]s?\b",
    none=r"\bningun[oa]?",
    found=r"(encontrad|encontro|coincide)",
    taken=r"\bya (existe|esta (en uso|siendo)|se (ha )?(usado|utilizado|uso|utilizo)|(ha sido|fue) \w+(ad|id)[oa]"
    r"|usa|utiliza|en uso)\b|\bduplicad[oa]s?\b|\ben uso por\b"
    r"|\bdeben? ser unic[oa]s?\b|\brepetid[oa]s?\b",
    closed=r"\b(cerrad|bloquead|clausurad)[oa]s?\b|\bse ha cerrado\b",
    ended=r"\b(ha |han |fue |esta )?(caducad[oa]|caduco|expirad[oa]|expiro|vencid[oa]|vencio|revocad[oa]"
    r"|cancelad[oa]|finalizad[oa]|finalizo|termino|terminad[oa]|suspendid[oa])\b",
    needed=r"\b(seleccione|selecciona|seleccionar|elija|elegir|especifi(que|car)|indi(que|car)|asegurese|asegurate"
    r"|debe|deben|obligatori[oa]s?|incluyan?|contengan?|requiere|requerid[oa]|asigne|asignar|tengan?|falta|sin"
    r"|ningun[oa]?|introduzca|ingrese|no (tiene|tienen))\b",
    invalid=r"\b(no (es |son )?valid[oa]s?|invalid[oa]s?|incorrect[oa]s?)\b",
    unset=r"\bno ((esta|estan|se ha|se han|ha sido|han sido) )?(configurad|activad|habilitad|definid|asignad|indicad"
    r"|seleccionad)",
    lacking=r"\bfaltan?\b|\bfaltantes?\b|\bausentes?\b|\bno se pudo obtener",
    unlinked=r"\bno (esta |estan |fue |ha sido )?(vinculad|enlazad|asociad|mapead|asignad|emparejad)[oa]s?\b"
    r"|\bsin (vincular|asignar)\b",
    outdated=r"\b(obsolet|desactualizad|desfasad)[oa]s?\b",
    chosen=r"(seleccion|elegid|eligi|indic|especific|mapead|vinculad|asignad|configurad)",
    closing_date=r"\bfecha de cierre\b",
    tax_off=r"\b(impuestos?( sobre las ventas| a las ventas)?|iva)\b[^.]{0,40}\bno (esta|estan|se ha|se han|ha sido"
    r"|han sido) (configurad|activad|habilitad)|\b(configure|active|habilite) (primero )?(el |los )?(impuestos?|iva)\b",
    tax_calculation=r"\b(error|problema)\b[^.]{0,60}\bcalcul\w*\b[^.]{0,30}\b(impuestos?|iva)\b"
    r"|\bno se (pudo|puede|pudieron) calcular (el |los )?(impuestos?|iva)\b|\bno pudo calcular (el |los )?(impuestos?"
    r"|iva)\b",
    sign_in=r"\b(vuelva|vuelve|volver) a (conectar|iniciar sesion|autorizar)|\breconect\w+"
    r"|\bautenticacion (requerida|necesaria|fallida)|\berror de autenticacion|\bfallo (de|en) (la )?autenticacion",
    unconnected=r"\b(quickbooks|qbo|intuit)\b[^.;]{0,20}\bno (esta |se ha )?conectad[oa]|\b(quickbooks|qbo"
    r"|intuit)\b[^.;]{0,20}"
    r"\bdesconectad[oa]|\brechaz(o|ado|ada)\b[^.;]{0,25}\b(token|credenciales|sesion|autorizacion)\b|\b(token"
    r"|credenciales"
    r"|sesion|autorizacion)\b[^.;]{0,25}\b(rechazad[oa]s?|denegad[oa]s?)\b",
    to_connect=rf"\b{PROGRAM} (aun |todavia |ya )?no (esta |ha sido |fue )?(autorizad|vinculad|enlazad"
    rf"|autenticad)[oa]\b|\b{PROGRAM} no (esta )?configurado\b(?! para)"
    rf"|(?<!no )(?<!se )\b(conecte|conecta|vincule|vincula|autorice|autoriza) (primero |antes )?(a |con |su cuenta de "
    rf"|tu cuenta de )?{PROGRAM}\b|\b(debe|debes|tiene que|hay que|necesita|necesitas) (conectar|vincular|autorizar)"
    rf" (primero |antes )?((tu|su|la) cuenta de )?{PROGRAM}\b"
    rf"|\bno (hay|existe|tiene|se (ha )?encontr(o|ado)) (ninguna? |una )?conexion (de|a|con) {PROGRAM}"
    rf"|\bno (tiene|hay) {PROGRAM} conectado",
    somebody_else=r"\b(otr[oa] (usuari[oa]|persona|administrador)|alguien mas)[^.;]{0,60}"
    r"\bya (ha |habia )?(conect|compr|instal|suscrib|vincul)\w+|\bya (esta|fue|ha sido|habia sido)"
    r" (conectad|comprad|instalad|vinculad)[oa][^.;]{0,40}\bpor otr[oa]"
    r"|\baplicacion ya (fue|ha sido|esta) (conectad|comprad|instalad)a",
    denied=r"\b(debe|debes|deben|tiene que|hay que) ser (un |una |el )?administrador"
    r"|\bacceso (esta |fue |ha sido )?(denegado|no autorizado|prohibido)|\bno (tiene|tienes|cuenta con) (los "
    r"|el |la )?(permisos?|autorizacion|derechos?|acceso)\b|\bpermisos? (insuficientes?|denegado)|\bsin permisos?\b"
    r"|\bno (esta|estas|estan) autorizad[oa]s? (a|para)\b"
    r"|\b(accion|operacion) (esta )?(prohibida|no (permitida|autorizada))",
    refused_company=r"\bproblemas? (de|con la) (facturacion|pago)",
    no_customer=r"\b(debe|deberia) (tener|incluir|contener) un cliente|\bcliente (es )?(obligatorio|requerido)"
    r"|\bfalta el cliente"
    r"|\b(debe|debes|tiene que) (seleccionar|elegir|indicar) un cliente",
    no_period=r"\blibros( contables)? no (se )?pueden (ser )?(actualizar|modificar|actualizados|modificados)"
    r"|\bperiodo( contable)? ha (terminado|finalizado)|\bno (hay|existe) [^.]{0,20}\b(periodo"
    r"|ejercicio)[^.]{0,30}\babierto\b|\b(periodo"
    r"|ejercicio)[^.]{0,20}\bno esta abierto",
    too_many=r"\b(solicitudes|peticiones|llamadas|consultas)\b[^.;]{0,30}\b(limitad|restringid)as\b"
    r"|\bdemasiadas (solicitudes|peticiones|llamadas|consultas)|\blimit(e|o|a|ando|ado) (de |las "
    r"|el numero de )?(solicitudes"
    r"|peticiones|llamadas|consultas|velocidad)\b"
    r"|\bnumero maximo de (solicitudes|peticiones|llamadas)",
    later=r"\b(se reintenta(ra)?|reintentaremos|se volvera a intentar|se intentara (de nuevo|otra vez))\b"
    r"|\bno (esta respondiendo|responde) (en este momento|ahora)|"
    r"\b(intent[ae]|intentelo|intentalo|intentar|pruebe|prueba|vuelva a intentarlo)\b[^.]{0,40}\b(mas tarde"
    r"|mas adelante"
    r"|en unos?)\b|\berror (inesperado|interno|del sistema)|\b(servicio|servidor)\b[^.]{0,30}\bno (esta )?disponible"
    r"|\b(quickbooks|qbo)( online)? no esta disponible|\ben mantenimiento\b"
    r"|\bbloquead[oa] por otr[oa] (operacion|proceso)|\bde nuestro lado\b"
    r"|\bsincronizacion (ya )?(esta )?(ya )?en (curso|proceso|marcha)|\bya hay (una|otra) sincronizacion"
    r"|\btemporalmente (fuera de servicio|no disponible)\b",
    other_user=r"\b(modificad|cambiad|actualizad|editad)[oa]s? por otr[oa] (usuari[oa]|persona)"
    r"|\btrabajando [^.]{0,40}al mismo tiempo"
    r"|\b(otr[oa] (usuari[oa]|persona)) (ha )?(modific|cambi|actualiz|edit)(o|ado)\b",
    account_type=r"\btipos? de cuentas?\b",
    unreached=r"\btiempo de espera|\bnombre (remoto|de host)|\bhost (remoto|desconocido)|\bhost es desconocido"
    r"|\bconexion (existente|(fue |ha sido |esta )?(rechazada|restablecida|cerrada|interrumpida|perdida|fallida)"
    r"|[^.]{0,40} (fallo|ha fallado|se perdio))|\bperdida de (la )?conexion|\bdenego (expresamente|activamente)"
    r"|\b(error|fallo|problema)s? (de|en la|con la) (red|conexion)|\btard(a|o|ado|ando) demasiado( en responder|\W*$)"
    r"|\bno responde\b|\bsin conexion|\bno (se puede|se pudo|es posible) (conectar|establecer|resolver)"
    r"|\bcanal seguro|\bservidor remoto\b"
    r"|\bse (restablecio|interrumpio|cerro|perdio|rechazo) la conexion|\bconexion (expiro|ha expirado)\W*$"
    r"|\bcertificado (remoto|del servidor)"
    r"|\benviar la solicitud(\.|\W*$)|\bservidor (es |esta )?(inaccesible|inalcanzable)",
    socket=r"\bconexion (rehusada|reinicializada)|\bexpiro el tiempo de conexion|\bninguna ruta hasta el"
    r"|\bla red (es inaccesible|no esta activa)|\btuberia rota|\b(el fin de|terminado) la conexion"
    r"|\bnombre o servicio desconocido|\bresolucion del nombre\b",
    refused=r"\berror(es)? de validacion|\bno cumple\b",
    frame=r"errore?s?|fall(o|a|aron|ida)|al?|en|del?|las?|los|el|con|por|para|hacia|sus?|una?|se|no|ha|han|podido"
    r"|pud(o|ieron)|puede|respondio|devolvio|ocurrio|hubo|produjo|durante|sincroni[sz]a\w*|exporta\w*|envi(ar|o"
    r"|ad[oa])|crea(r|cion|d[oa])?"
    r"|actualiza(r|cion)|guardar|importar|registrar|procesar|rechaz(o|ad[oa])|desconocid[oa]",
)
