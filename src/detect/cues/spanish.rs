//! Spanish cues and words, without accents, as the view shows them. Plain data: see [the notation](super).

use super::{PhraseSet, Row, Topic, WordClass, WordSet, Words};

/// Phrases that say what a number or a token is.
pub(crate) const CUES: &[Row] = &[
    // ---- Cards -----------------------------------------------------------------------------------------------------
    Row {
        topic: Topic::Card,
        name: "tarjeta",
        phrases: "numero/num/no/nro/n/numeros/digitos de/del? la/mi/su/tu/mis/esta? tarjeta/tarjetas/plastico/tc/td; tarjeta/tarjetas de/del? credito/debito/nomina/prepago? numero/num/no/nro/n?; tarjeta/tarjetas; trajeta; targeta; tarjta; plastico; tdc; tc; td; pan; la credito/debito; tarjeta visa/mastercard/amex/american express?; numero completo; la dorada/platino/negra/azul; 16/15/dieciseis/quince digitos; dieciseis/16 numeros",
    },
    // ---- Card security codes ---------------------------------------------------------------------------------------
    Row {
        topic: Topic::SecurityCode,
        name: "código de seguridad",
        phrases: "codigo/cod/numero/num/clave/digitos/numeros/numerito/numeritos de seguridad/verificacion de/del? la/mi/su/tu tarjeta/plastico/amex/visa; codigo/numero/num de la/mi/su? tarjeta; \
                  codigo/numero/num/digitos/numeros/numeritos/numerito/cifras de/del/al/por/en? la/el? atras/reverso/dorso/frente/enfrente/adelante/delante/detras/trasera/parte trasera/atras/frontal/delantera?; \
                  3/tres/4/cuatro digitos/numeros/numeritos/cifras/digititos que? vienen/estan/aparecen/tiene/trae? de/del/al/por/en? la/el? atras/reverso/dorso/frente/enfrente/adelante/delante/detras/parte trasera/atras/de? atras?; codigo de 3/tres digitos/cifras/numeros; codigo/clave del/al/de reverso/dorso; codigo que viene/esta/aparece/trae atras/al/detras/enfrente/en reverso/frente/dorso?; cvv; cvc; cid; ccv",
    },
    Row {
        topic: Topic::Code,
        name: "código de seguridad",
        phrases: "codigo/cod/clave/numero/nro/num/no/digitos de/d? seguridad; codigo/clave de 3/4/tres/cuatro digitos/cifras/numeros; codigo secreto",
    },
    // ---- Social Security -------------------------------------------------------------------------------------------
    Row {
        topic: Topic::SocialSecurity,
        name: "seguro social",
        phrases: "numero/num/no/nro/n de/del? seguro/seg/seguridad social completo?; seguro/seg/seguridad social; social; mi/my/su/tu/el seguro; nss; ssn; itin; aitin; sosial; numero de social; mi social; su social; seguro social completo; numero de identificacion fiscal/tributaria; numero del? contribuyente; tax id",
    },
    // ---- One-time passcodes ----------------------------------------------------------------------------------------
    Row {
        topic: Topic::OneTimePasscode,
        name: "código de verificación",
        phrases: "codigo/codigos/cod/cdigo/clave/claves/pin/numero/digitos de/d? verificacion/verificasion/autenticacion/autentificacion/acceso/ingreso/activacion/validacion/desbloqueo/recuperacion/inicio temporal/de? sesion?; codigo/clave/pin/contrasena/password temporal/dinamica/dinamico/sms/token/digital/unica/unico; clave/codigo/contrasena/pin/password de/d un/1 solo/unico uso; codigo/clave de confirmacion temporal; digitos/numeros/cifras/numeritos q/que le/les/te/me/nos llego/llegaron/mandaron/mandamos/enviaron/enviamos/aparecen/salen en/por/al/a? el/su/tu/mi? mensaje/sms/texto/correo/celular/movil? de? texto?; codigo/clave/contrasena/token de uso unico; codigo/clave de 6/seis/5/cinco/8/ocho/4/cuatro/7 digitos/cifras/numeros; \
                  codigo/cod/clave/token/pin/numero/numerito/codigito q/que/k le/les/te/me/nos/se/ya? llego/llega/mandaron/mando/mandamos/mandaste/enviaron/envio/enviamos/enviaste/dio/dieron/aparece/aparecio/sale/salio/marca/muestra/acaba/acabo/acabamos/acaban/recibi/recibio/pide/piden/pidio/pusieron/da/genero/genera; codigo/clave por/del/via/en/de el? sms/mensaje/mensajito/texto/correo/whatsapp/app/aplicacion/wasap/email/mail; codigo/cod/clave enviado/enviada/recibido/recibida; \
                  codigo recibi/recibido; 6/seis numeros/digitos/cifras/numeritos; otp; token; token movil/digital/celular; clave token; codigo sms; sms; ultimo/nuevo/otro/primer/segundo codigo; digipass; token digital; doble factor; segundo factor; codigo de doble factor; codigo del? autenticador/authenticator/banco/token; autenticador; 2fa; codigo safekey; codigo de google/whatsapp/uber/amazon/rappi/mercado/facebook/instagram pago/libre?; llave temporal; codigo unico; codigo de un/1 solo uso; codigo q recibi; codigo que recibi; codigo de seguridad que me/le llego/mandaron/enviaron; clave q/que me/le mandaron/llego",
    },
    Row { topic: Topic::Code, name: "código", phrases: "codigo; codigos; cod; cdigo; clave; claves; codigito" },
    Row {
        topic: Topic::Code,
        name: "authorization code",
        phrases: "codigo/clave/numero de/d? autorizacion/aprobacion",
    },
    Row { topic: Topic::Code, name: "código de confirmación", phrases: "codigo/cod/clave de/d? confirmacion" },
    // ---- Passwords -------------------------------------------------------------------------------------------------
    Row {
        topic: Topic::Password,
        name: "contraseña",
        phrases: "contrasena; contrasenas; contrasenia; contrasenha; contracena; constrasena; contrsena; contasena; contra; pasword; password; pass; clave usuario; clave del/de wifi/wi/correo/portal/red/modem/router/internet/la/usuario/acceso fi/red/app/cuenta/pagina?; clave secreta/personal/maestra/provisional/nueva/vieja/anterior; palabra clave/secreta/segura/magica; frase secreta/clave/segura; frase de contrasena/seguridad/paso/acceso; contrasena del/de wifi/wi/correo/portal/red/modem/router/la fi? cuenta/app/banca?; contrasena temporal/nueva/vieja/actual/anterior/provisional; credenciales; respuesta secreta; respuesta de seguridad; respuesta a/de la/su/mi/tu? pregunta de seguridad/secreta; llave del wifi; clave wifi; clave de internet",
    },
    Row {
        topic: Topic::Login,
        name: "usuario",
        phrases: "usuario; usuaria; nombre de usuario; user; correo; correo electronico; mail; email; login; entro/entrar/entra/entraba/ingreso/ingresar/ingresa/accedo/acceder/inicio/iniciar sesion? con/como; abre/abren/desbloquea/desbloqueo/desbloquear/loguee/logueo con; wifi; wi fi",
    },
    // ---- PINs ------------------------------------------------------------------------------------------------------
    Row {
        topic: Topic::Pin,
        name: "nip",
        phrases: "nip; nips; pin; pines; n i p; numero de identificacion personal; pin/nip/clave de/del? la/mi/su? tarjeta/cajero/cuenta/linea/celular/telefono/sim/chip/debito/credito/buzon; clave del cajero; numero/numeros/digitos/cifras q/que usa/usas/uso/marca/marcas/marco/pone/pones/pongo/digita/teclea/mete en el cajero; clave de/del? 4/cuatro digitos/numeros; numero secreto; codigo/clave pin/nip; codigo/clave del? cajero/puerta/alarma/caja; clave telefonica; clave cajero; la/el del cajero; la/el de la? tarjeta/cajero pin",
    },
    // ---- Accounts --------------------------------------------------------------------------------------------------
    Row {
        topic: Topic::Account,
        name: "cuenta",
        phrases: "numero/num/no/nro/n/numeros de/d? la/mi/su? cuenta/cta bancaria/corriente/completo?; cuenta/cuentas/cta/ctas bancaria/corriente/de/del/vista/rut? ahorro/ahorros/cheques/nomina/debito? numero/num/no/nro/n?; cuenta; cuentas; cta; ctas; caja de ahorro/ahorros numero/num/no/nro/n?; cuenta clabe; clabe; clabe interbancaria; clabes; cbu; cvu; cci; codigo de cuenta interbancario/cliente?; iban; numero iban; ccc; cuenta rut; codigo iban",
    },
    Row {
        topic: Topic::Account,
        name: "número de ruta",
        phrases: "ruta; numero/num/no/nro/n de/d ruta/transito/routing/aba; routing; aba; codigo aba; transito; numero aba; routin",
    },
    // ---- Harmless: parts of numbers --------------------------------------------------------------------------------
    Row {
        topic: Topic::Partial,
        name: "terminación",
        phrases: "termina/terminan/terminada/terminadas/terminado/terminacion/terminando/terminaba/acaba/acabada/acaban/acabado/finaliza/finalizada/finalizado en/con; terminacion; terminaciones; terminada; terminado; ultimos/ultimas/ultimo 4/cuatro/5/cinco/3/tres/6/seis/dos/2? digitos/numeros/cifras/numeritos? de/del? la/mi/su/tu/el? tarjeta/cuenta/seguro/social/ssn/telefono/celular/amex/nss/plastico/visa? social/son/es?; ultimos; ultimas cifras; terminal en; 4/cuatro? digitos/numeros/cifras finales",
    },
    Row {
        topic: Topic::Partial,
        name: "first digits",
        phrases: "primeros/primeras 4/cuatro/6/seis/ocho/8? digitos/numeros/cifras? son?; empieza/empiezan/comienza/inicia con/en/por; primera parte/mitad es?",
    },
    // ---- Harmless: the rest ----------------------------------------------------------------------------------------
    Row {
        topic: Topic::Zip,
        name: "código postal",
        phrases: "codigo/cod postal; codigos postales; cp; c p; zip; zip code; codpostal; codigo de area/pais/ciudad; clave lada; lada; indicativo; prefijo; codigo lada",
    },
    Row {
        topic: Topic::Phone,
        name: "teléfono",
        phrases: "telefono; telefonos; tel; cel; celular; celulares; movil; fijo; fono; numero/num/no/nro de/d telefono/celular/cel/tel/contacto/movil/whatsapp/casa/fijo/fax; llamar; llamen; llame; llama; llamenme; llamame; llameme; llamaron; marcar; marque; marcando; whatsapp; wasap; wsp; extension; ext; anexo; interno; fax; contacto; al numero; linea de atencion; me marcan; sms del; mensaje del; mensaje de; comunicarme; comunicarse",
    },
    Row {
        topic: Topic::Time,
        name: "fecha u hora",
        phrases: "fecha; fechas; ano; anos; desde; nacio; naci; nacimiento; fecha de nacimiento; nacido; nacida; dia; hora; horas; a las; son las; vence; vencimiento; vigencia; caduca; caducidad; expira; expiracion; exp; valida hasta; socio desde; cliente desde; miembro desde; en el; del ano; edad;",
    },
    Row {
        topic: Topic::Amount,
        name: "importe",
        phrases: "monto; montos; importe; importes; total; saldo; saldos; precio; costo; coste; pague; pago; pagos; pagar; cobro; cobros; cobraron; cobran; cobrado; cargo de; cargo por; cargos; puntos; millas; limite; descuento; descuentos; reembolso de; deposito de; depositaron; transferencia de; transferi; transferir; retiro de; retire; cantidad; valor; suma; pesos; euros; dolares; soles; bolivares; cuota; cuotas; mensualidad; mensualidades; comision; tarifa; anualidad; compra de; compra por; gaste; gasto; factura por; sueldo; ingreso; ingresos; renta; promedio; puntaje; score; iva; impuesto; propina; minimo; maximo; abono; abone; deuda; debo; adeudo",
    },
    Row {
        topic: Topic::Quantity,
        name: "cantidad",
        phrases: "por error; en caso; en este/ese/mi/tu/su caso; por si acaso; casi; unos; unas; mas de; menos de; alrededor de; aproximadamente; como unos; hasta; las; cada; entre; otros; otras; cerca de; mas o menos",
    },
    Row {
        topic: Topic::Reference,
        name: "pedido o folio",
        phrases: "numero/num/no/nro/n/codigo/clave/cod/id/folio de/d/del? la/el/mi/su/tu? pedido/pedidos/orden/caso/reporte/folio/guia/rastreo/seguimiento/referencia/reserva/reservacion/reclamo/reclamacion/queja/ticket/boleto/factura/recibo/comprobante/operacion/transaccion/confirmacion/poliza/siniestro/expediente/solicitud/tramite/contrato/cliente/socio/socia/empleado/viajero/viajera/vuelo/envio/paquete/cupon/descuento/promocion/promo/pasaporte/cedula/dni/rfc/curp/licencia/placa/placas/matricula/serie/producto/articulo/localizador/localizacion/barras/autorizacion/aprobacion/compra/remito/despacho/tienda/sucursal/usuario/atencion/incidencia/peticion/radicado/oficio/nomina/matricula/turno/afiliacion/afiliado/suministro/servicio/contador/medidor/control/registro/proveedor/sku/equipaje/maleta/embarque/rut/ruc/nit/nie/nif/cuit/cuil/inmueble/predial; \
                  movimiento; movimientos; pedido; pedidos; orden; caso; casos; reporte; folio; folios; guia; guias; radicado; radicacion; rastreo; seguimiento; referencia; reserva; reservacion; localizador; reclamo; reclamacion; expediente; queja; ticket; tickets; boleto; boletos; billete; factura; facturas; recibo; comprobante; operacion; transaccion; confirmacion; poliza; siniestro; solicitud; tramite; contrato; numero de cliente; cliente; vuelo; vuelos; tren; bus; autobus; camion; envio; paquete; paqueteria; estafeta; correos; seur; servientrega; interrapidisimo; andreani; cupon; cupones; codigo promocional; codigo promo; codigo de descuento; promo; pasaporte; cedula; dni; rfc; curp; licencia; placa; placas; matricula; remito; radicado; rut; ruc; nit; nie; nif; cuit; cuil; incidencia; codigo swift/bic; swift; clave de rastreo; clave catastral; nrc; codigo de estudiante/alumno/empleado/asociado/cliente; clave de la? materia/asignatura/curso/elector/unidad/estado/poblacion/municipio/trabajador/agente; clave unica de poblacion?; clave sat; cuenta predial; estado/estados de cuenta; codigo de rastreo; codigo de reserva/reservacion; autorizacion; aprobacion; remision; ordenes; numero de control; turno; viajero frecuente; numero de socio/socia; numero de viajero; orden de compra; oc; boleta; asiento contable; acta; denuncia; averiguacion; convenio",
    },
    Row {
        topic: Topic::Device,
        name: "equipo o versión",
        phrases: "imei; serie; numero de serie; n s; serial; modelo; version; compilacion; error; errores; codigo/cod/clave de error/respuesta/rechazo/estado/barras/producto/conducta/vestimenta/pais/fuente/colores/articulo; codigo error; codigo de/del? curso/asignatura/carrera/color/escuela/colegio/institucion/departamento/sucursal; codigo q/que te/le/me? aparece/sale/marca/muestra/tira/da/arroja en? la? pantalla? de? error; codigo fuente/qr/bidi; qr; codigo de barras; codigo ean; sku; articulo; item; producto; modem; router; ip; direccion ip; mac; android; ios; iphone; pagina; clave del exito; vin; isbn; chasis; build; firmware; referencia del producto",
    },
    Row {
        topic: Topic::Place,
        name: "dirección",
        phrases: "pin de/en la/mi? ubicacion/casa/mapa/maps; ubicacion; calle; avenida; av; avda; cra; carrera; kra; cll; calz; calzada; blvd; bulevar; colonia; col; edificio; piso; depto; departamento; dpto; apto; apartamento; interior; int; exterior; lote; manzana; mz; km; kilometro; habitacion; hab; cuarto; asiento; fila; butaca; mesa; tienda; sucursal; caja; cajero; local; domicilio; direccion; vivo en; jiron; jr; urbanizacion; urb; torre; bloque; cabina; anden; oficina; terminal; mostrador; estacion; ruta provincial; autopista; carretera; codigo de tienda; paseo; plaza; pza; camino; sector; barrio; diagonal; transversal",
    },
];

/// Cues whose values may be of a second topic.
pub(crate) const ALSO: &[(&str, Topic)] =
    &[("código de seguridad", Topic::SecurityCode), ("código de confirmación", Topic::Reference)];

/// Words that are recognized if one letter is mistyped. They have at least seven letters, and no everyday word differs
/// in one letter.
pub(crate) const SLIPS: &str = "contrasena tarjeta verificacion seguridad confirmacion autenticacion";

/// The classes of words.
pub(crate) const WORDS: &[Words] = &[
    Words {
        role: WordClass::GLUE.union(WordClass::COMMON),
        words: "numero numeros num no nro nr n completo completa entero entera siguiente es son era fue eran sea seria seran sera el la los las lo un una mi mis su sus tu tus de del d al a que q k por para con en como me te le se nos les \
                dice dicen decia dijo sale salio aparece aparecio marca muestra llego llega mando mandaron enviaron dieron dio tiene tengo tenia trae viene vienen pone puse puso pongo poner ponga meti meto ingrese ingreso escribi escribo escribe tecleo teclee use uso usaba usando doy di dar paso pasa aqui ahi va van ya ahora este esta esto ese esa eso aquel aquella mismo misma correcto nuevo nueva viejo vieja actual anterior bueno pues creo perdon si ok vale ah eh osea o sea seria mero mera apunte anote tome toma ten soy yo usted vos nomas solo solamente tambien digitos digito cambie cambio decir dejo",
    },
    Words { role: WordClass::LINK, words: "es son era fue como seria sera de" },
    Words {
        role: WordClass::ENTRY,
        words: "use uso usaba usando puse puso pongo poner ponga meti meto ingrese ingreso escribi escribo escribe tecleo teclee doy di dar paso yo",
    },
    Words { role: WordClass::COPULA, words: "es son era fue seria sera dice decia pone sale marca" },
    Words {
        role: WordClass::DETERMINER,
        words: "el la los las un una mi mis tu tus su sus nuestro nuestra este esta ese esa",
    },
    Words { role: WordClass::OWN, words: "mi mis tu tus su sus nuestra nuestro" },
    Words {
        role: WordClass::REQUEST.union(WordClass::COMMON),
        words: "favor porfavor porfa digame dime diga diganos dinos decirme indique indiqueme indiquenos indicar indicarme indica indiqueme indiquemela indiquemelo lea leame leanos leer leerme leeme ingrese ingresa ingresar escriba escribe escribir escribala escribela escribelo teclee proporcione proporcionar proporciona proporcioneme proporcionenos proporcionarme confirme confirma confirmar confirmarme confirmeme confirmenos verificar valide validar envie enviar envieme envienos mande mandeme comparta compartir comparte compartanos deme denos darme dar da necesito necesitamos necesitaria requiero requerimos falta faltaria podria puede puedes podrias regalas regalame regaleme permitame permites facilita facilitarme facilite facilitenos faciliteme dictar dicteme dictenos dicta dictame repita repetir repitame responda responde introduzca introduce introducir pasa paseme pasenos pasame pasarme pido digite digita digitar cual comparteme compartirme compartame brinda brindarme brindeme crea cree elige elija define defina marque teclea capture capturar anote",
    },
    Words {
        role: WordClass::QUESTION.union(WordClass::COMMON),
        words: "que cual cuales quien como donde cuando cuanto cuantos cuantas",
    },
    Words {
        role: WordClass::NEGATION.union(WordClass::COMMON),
        words: "no nunca jamas sin tampoco nadie ninguno ninguna ni evite evitar",
    },
    Words {
        role: WordClass::SENT.union(WordClass::COMMON),
        words: "enviado enviamos envie enviaron envio enviando mandado mandamos mande mandaron mando mandando llegado llego enviarle mandarle reenvio reenvie reenviado reenviamos enviara enviare mandare llegara",
    },
    Words {
        role: WordClass::UNIT,
        words: "minuto minutos min mins hora horas hrs h segundo segundos dia dias semana semanas mes meses ano anos noche noches vez veces digito digitos caracter caracteres letra letras numero numeros cifra cifras simbolo simbolos intento intentos ciento \
                punto puntos milla millas km kilometros gb mb megas ghz kg kilos gramos litros metros cm personas persona adultos ninos pasajeros maletas articulos piezas cajas unidades copias paginas habitaciones boletos tarjetas cuentas cuotas mensualidades msi \
                pesos euros dolares soles bolivianos quetzales lempiras colones mil millones cts centavos centimos",
    },
    Words {
        role: WordClass::CURRENCY,
        words: "pesos peso euros euro dolares dolar soles sol mxn cop ars clp pen usd eur bolivianos quetzales lempiras colones varos lucas centavos centimos",
    },
    Words {
        role: WordClass::CONJUNCTION.union(WordClass::COMMON),
        words: "y e o u pero porque pues aunque sino mientras entonces luego asi",
    },
    Words {
        role: WordClass::SINCE.union(WordClass::COMMON),
        words: "desde en de del hasta ano anos antes despues durante enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre",
    },
    Words {
        role: WordClass::MONTH.union(WordClass::COMMON),
        words: "enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre ene feb mar abr may jun jul ago sep sept oct nov dic",
    },
    Words {
        role: WordClass::PIECE.union(WordClass::COMMON),
        words: "luego despues sigue siguen siguientes resto falta faltan restantes y primera segunda parte mitad continua ultimos ultimas demas ahora ok va termina empieza son es el la los",
    },
    Words {
        role: WordClass::FACE,
        words: "atras reverso dorso frente enfrente adelante delante detras trasera frontal delantera",
    },
    Words { role: WordClass::DIGITS, words: "digito digitos numero numeros numeritos numerito cifra cifras" },
    Words { role: WordClass::STREET, words: "norte sur oriente poniente col colonia bis" },
    Words {
        role: WordClass::EXPIRY.union(WordClass::COMMON),
        words: "vence vencimiento vigencia caduca caducidad expira exp valida hasta fecha",
    },
    Words {
        role: WordClass::HEAD,
        words: "requisito requisitos pantalla vencimiento longitud casilla campo formulario ventana pagina politica cuadro",
    },
    Words { role: WordClass::FROM, words: "de desde" },
    Words { role: WordClass::TO, words: "a por" },
    Words {
        role: WordClass::ENTRY.union(WordClass::COMMON),
        words: "probe intente metio tecleo digite pulse digitando ingresando tecleando introduciendo escribiendo",
    },
    Words {
        role: WordClass::HALF,
        words: "primera primeros parte mitad empieza sigue luego resto partes pedazos trozos faltan faltaba demas",
    },
    Words { role: WordClass::TAKES_BACK, words: "perdon digo reves equivoque corrijo" },
    Words { role: WordClass::RETRIES, words: "espera mejor prueba intenta" },
    Words { role: WordClass::TROUBLE, words: "incorrecto incorrecta invalido invalida coincide intento intentos" },
    Words { role: WordClass::FORETELLS, words: "deberia debe pide llega llegara recibira aparece" },
    Words { role: WordClass::REPORTS, words: "tira arroja marca sale dice" },
    Words {
        role: WordClass::STATE.union(WordClass::COMMON),
        words: "incorrecta incorrecto correcta correcto mala malo mal equivocada equivocado erronea erroneo invalida invalido valida valido vencida vencido expirada expirado caducada caducado expiro caduco bloqueada bloqueado bloqueo debil fuerte segura seguro insegura larga largo corta corto vieja viejo nueva nuevo igual misma mismo diferente distinta otra otro buena bueno funciona sirve jala entra funcionando necesaria requerida obligatoria perdida olvidada robada hackeada comprometida filtrada desconocida cambiada actualizada guardada vacia temporal provisional permanente muy tan demasiado siempre nunca no ya aun todavia tambien solo que la el lo los las un una de del a al en con sin por para como si cual cuando donde porque pero y o ni mi tu su esa ese esta este eso esto algo nada alguna ninguna todo toda sensible personal privada confidencial secreta unica facil dificil complicada simple imposible requisito rechazada rechazado aceptada denegada activa inactiva activada desactivada reset reseteada restablecida correspondiente alfanumerica numerica mayusculas minusculas pedida solicitada enviada mandada escrita anotada puesta mia tuya suya nuestra se me te le nos les ha he fue era es son esta estaba sera no-sirve lenta rara raro obsoleta",
    },
    Words {
        role: WordClass::FILLER.union(WordClass::COMMON),
        words: "si no claro vale ok okey bueno listo gracias perfecto bien exacto correcto aja sip nop nel simon orale sale va dale hola buenas buenos buen dias tardes noches perdon disculpe disculpa momento momentito espere espereme espera permitame tantito segundo ya ahora ahorita voy ayuda asesor agente humano persona nada nadie ninguno ninguna nunca todavia aun que como cuando donde porque quien cual adios chao luego despues manana hoy ayer ay uy eh ah mmm jaja jajaja entiendo entendido enterado cancelar salir menu continuar siguiente reenviar cierto dejeme deja dejame listo lista",
    },
    Words {
        role: WordClass::COMMON,
        words: "abrir aca acaba acabo acceder acceso acuerdo acuerda ahi aja algo alguien alguna alguno algunos alla alli amor andar antes anoche anotado anterior apenas app aparato aqui arriba asi asunto aunque ayudar bajo banco bastante bien buscando buscar busco cada cajon calle cama cambiar cambio carro carta casa casi celular cerca chat chico cierto claro cliente cobrar comida como compania compra comprar computadora con conmigo consulta correo cosa cosas creo cual cualquier cuando cuanto cuenta cuesta cuidado dar datos debe deber debo decir deja dejar del demas dentro desde despues dia dias dice dices dicen dijo dinero dio direccion donde dos duda durante ella ellas ellos encontrar encuentro enojo entonces entrar entre equipo era eres error esa escribir ese eso espera esperando esposa esposo esta estaba estado estamos estan estar estas este esto estos estoy etiqueta extrano falta familia favor fecha feliz fin fue fuera fui gente gracias gran grande gusta gustaria habia hablar hace hacer hacen hacia haga hago hasta hay haya he hecho hermana hermano hija hijo hijos hora horas hoy igual ir jefe jefa junto la lado largo le leer lejos les linea llama llamada llamar llamo llega llegar llegado llego lleva llevo lo los luego lugar luz mal mama mandar manera mano mas mayor me media mejor memoria menos mensaje mes mi mia mientras mio mira mis misma mismo modo momento mucha muchas mucho muchos mujer muy nada nadie necesita necesito ni nino ninguna noche nombre nos nosotros nota novia novio nuestra nuestro nueva nuevo numero nunca o ocho oiga ojos ok olvide olvido otra otras otro otros oye pagar pago pagina papa papel papelito para parece parte pasa pasado pasar paso pedir pena pero persona personas pide pido poco podemos poder podria pone poner por porque posible primera primero problema pronto propio proximo pude puede pueden puedes puedo puerta pues puse que quede queria quien quienes quiere quiero quiza quizas rapido rato razon realidad recibi recibido recuerda recuerdo resulta sabe saber sabes salir sale salio se sea segun segundo seguro sein senal senor senora senorita ser seria servicio si siempre sigue siguiente sin sino sirve sistema sobre solo somos son soy su sube suerte suponer sus tal tambien tampoco tan tanto tarde tarda tarjeta te telefono tema tengo tenemos tener tenia ti tiempo tiene tienda tienen tipo toda todas todavia todo todos trabajo trae tras tres tu tuve tuvo un una unas uno unos usar uso usted ustedes usuario va vamos van varias varios vaya veces ven venir veo ver verdad vez viene vi vida vieja viejo visto viva vivo volver voy vuelta vuelve ya yo celular pantalla cajero sucursal lentes anteojos senal wifi modem despistada acuerde acordar apunte apuntada apuntado cuaderno libreta cartera bolsa marido",
    },
];

/// The words of the lists that the grammar uses, separated by spaces.
pub(crate) const LISTS: &[(WordSet, &str)] = &[
    (
        WordSet::SERIES,
        "pedido pedidos orden ordenes factura facturas recibo recibos referencia rastreo seguimiento guia guias folio folios \
         tramite poliza cedula dni rfc curp nit rut ruc pasaporte licencia serie contrato reclamo reclamacion caso casos \
         solicitud denuncia boleto boletos billete reserva reservacion transaccion radicado expediente remito siniestro \
         comprobante localizador paquete",
    ),
    (WordSet::NUMBERING, "numero numeros num nro"),
    (
        WordSet::PRESS,
        "marque marca pulse pulsa oprima oprime presione presiona responda responde escriba escribe elija elige digite digita teclee teclea del",
    ),
    (
        WordSet::RECITE_IT,
        "leamelo leamela leermelo leermela digamelo digamela decirmelo decirmela dictemelo dictemela dictarmelo dictarmela demelo demela darmelo darmela dimelo dimela dictamelo dictamela",
    ),
    (
        WordSet::SPELLS,
        "mayuscula mayusculas minuscula minusculas arroba asterisco guion numeral exclamacion gato almohadilla",
    ),
    (WordSet::WHY, "ocurre sucede ocurrio sucedio"),
    (WordSet::CHECK, "cheque cheques chequera"),
    (WordSet::ATM, "cajero"),
    (WordSet::EXPIRES, "vence caduca vencimiento caducidad"),
    (WordSet::CHOOSES, "para a al si"),
    (WordSet::HOW_MANY, "cuanto cuantos cuantas cuanta"),
    (WordSet::WHEN, "cuando"),
    (WordSet::WHERE, "donde"),
    (WordSet::WHICH, "cual"),
    (WordSet::QUE, "que"),
    (WordSet::FECHA, "hora dia fecha ano mes"),
    (WordSet::FEW, "tres cuatro"),
    (WordSet::SEVERAL, "cuatro cinco seis ocho"),
    (WordSet::CODE, "codigo"),
    (
        WordSet::REFERENCE,
        "la lo los las cual es dice nuevo nueva nuevos nuevas otra otro otros otras indiquemela escribala escribela resto sigue siguiente",
    ),
    (WordSet::MESSAGE, "mensaje sms email app"),
    (WordSet::PURPOSE, "para antes"),
    (WordSet::WARNING, "nunca jamas nadie"),
    (WordSet::YES, "si claro porfavor favor afirmativo"),
    (WordSet::RENEWAL, "ahora nuevo nueva"),
    (WordSet::LEAD, "ahora bueno y"),
    (WordSet::ANAPHORA, "es son era aqui ahi el dice dicen"),
    (WordSet::BREATH, "perdon digo no y o a"),
    (WordSet::PREPOSITION, "a de del para por en al con"),
    (WordSet::WAY, "x via"),
    (WordSet::NAMES_A_WORD, "clave claves contrasena"),
    (WordSet::RELATIVE, "que cuando donde"),
    (WordSet::LISTING, "y o e u mas ni"),
    (WordSet::SENT_CODE, "unico solo uso dinamica verificacion"),
    (WordSet::TOKEN, "token"),
    (WordSet::ITS, "es son"),
    (WordSet::ERROR, "error errores"),
    (WordSet::ARRIVES, "llego llegado recibio recibiste"),
    (WordSet::CHOSEN, "cuatro cinco seis"),
    (WordSet::PARTS, "partes pedazos trozos"),
    (
        WordSet::ANOTHER,
        "otro otra otros nuevo nueva anterior vieja viejo ahora uso use mejor reves perdon digo tampoco minuto rato \
         luego despues segundo segunda",
    ),
    (WordSet::COUNTED, "codigos claves cuentas tokens"),
    (WordSet::POINTER, "ese esa eso este esta esto esos esas"),
    (WordSet::BEING, "es era son eran"),
    (WordSet::END, "ultimos primeros final"),
    (WordSet::THREE, "tres"),
    (WordSet::FOUR, "cuatro"),
    (WordSet::ARE, "son"),
    (WordSet::ABBREVIATION, "sr sra srta dr dra no nro num tel av ing lic prof"),
];

/// The words of the phrase sets that single rules use, separated by spaces.
pub(crate) const PHRASING: &[(PhraseSet, &str)] = &[
    (PhraseSet::HERE, "aqui este esta ahi ahora"),
    (PhraseSet::CONCERN, "olvide cambiar cambie perdi"),
    (PhraseSet::KNOWS, "pide tiene tienes tenes recuerda recuerdas sabe sabes"),
    (PhraseSet::SAYS, "dice dicen decia"),
    (PhraseSet::ANOTHER_ONE, "lo la otro otra"),
    (PhraseSet::SUFFICES, "basta bastan bastaria alcanza"),
    (PhraseSet::IS_ENOUGH, "es eso"),
    (PhraseSet::ENOUGH, "suficiente basta"),
    (PhraseSet::THE, "el la"),
    (PhraseSet::OF_THE, "de del"),
    (PhraseSet::WE_MEAN, "me nos"),
    (PhraseSet::MEANT, "refiero referia referimos"),
    (
        PhraseSet::CHANGES,
        "cambie cambia cambiar restablezca restablecer restablece actualice actualizar cree crear elija recuperar",
    ),
    (
        PhraseSet::ELSEWHERE,
        "aplicacion sitio pagina enlace liga ajustes configuracion cajero sucursal perfil boton banca web",
    ),
    (PhraseSet::FORGOTTEN, "olvide olvido olvidaste restablecer"),
    (PhraseSet::IN_CHAT, "aqui envie comparta responda"),
    (PhraseSet::I, "yo di"),
    (PhraseSet::AFTER_ENTRY, "que"),
    (PhraseSet::INSTEAD, "sino en vez de lugar y"),
    (PhraseSet::TO, "para"),
    (PhraseSet::AUTHORIZES, "autorizar verificar"),
    (PhraseSet::LETS_IN, "iniciar verificar entrar acceder confirmar ingresar tu su"),
    (PhraseSet::USES, "usa ingresa ingrese utiliza utilice"),
    (PhraseSet::TO_AS, "para como"),
    (PhraseSet::READS, "trae con"),
    (PhraseSet::SMS, "mensaje mensajito"),
    (PhraseSet::CARRIES, "tiene trae viene hay pone el un"),
    (PhraseSet::BIRTH, "nacimiento nacido nacida nacio naci cumpleanos"),
    (PhraseSet::MINE, "mia mio"),
    (PhraseSet::EQUALS, "mismo misma igual"),
    (
        PhraseSet::ACCESSES,
        "verificar acceder localizar ubicar encontrar abrir buscar entrar ingresar identificar validar desbloquear proteger revisar checar consultar ver",
    ),
    (PhraseSet::ONLY, "solo solamente nomas unicamente sino"),
    (PhraseSet::JOINS, "y e o a"),
    (PhraseSet::THE_THING, "el la"),
    (PhraseSet::STILL, "el la ahora esta como que es ser"),
    (
        PhraseSet::USED_AS_PASSWORD,
        "bienvenido secreto amor contrasena lunes martes miercoles jueves viernes sabado domingo enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre primavera verano otono invierno madre padre dinero familia amigos libertad",
    ),
    (PhraseSet::WHO, "quien quienes"),
    (
        PhraseSet::TYPED_IN,
        "app aplicacion navegador sitio pagina ciudad tienda sucursal dispositivo computadora ordenador tableta programa persona",
    ),
    (
        PhraseSet::POINTS_BACK,
        "eso esa ese otra otro otras otros resto sigue siguiente nuevo parte mitad guion letra letras mayuscula mayusculas minuscula minusculas",
    ),
    (PhraseSet::WHICH, "que la"),
    (PhraseSet::HINTS, "nombre apellido apodo cancion calle perro perra perrita gato equipo escuela pueblo ciudad"),
    (PhraseSet::WITH, "con usando"),
    (PhraseSet::AND, "y"),
    (PhraseSet::AND_ANOTHER, "o y u luego despues"),
    (PhraseSet::AND_THEN, "o y luego"),
    (PhraseSet::OR_NOW, "o ahora"),
    (PhraseSet::USER, "usuario"),
    (PhraseSet::SET, "cambie cambio cambiaron cambiamos actualice puso"),
    (PhraseSet::PHRASE, "frase respuesta palabra"),
    (PhraseSet::WITH_CODE, "y con"),
    (PhraseSet::FULL, "numero no nro digitos"),
    (PhraseSet::CONFIRMS, "correcto correcta verdad cierto si listo lista recibido recibida aceptado aceptada ok"),
    (PhraseSet::READS_BACK, "tengo anoto anote escucho escuche entendi apunto ingrese repito confirmo"),
    (PhraseSet::REJECTS, "fue expiro"),
    (PhraseSet::ASKS_BACK, "puedo puede"),
    (PhraseSet::I_THINK, "creo"),
    (PhraseSet::THEN_ANOTHER, "y e"),
    (PhraseSet::AS_IN, "como con"),
];
