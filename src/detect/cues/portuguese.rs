//! Portuguese cues and words, of Brazil and Portugal, without accents, as the view shows them. Plain data: see
//! [the notation](super).

use super::{PhraseSet, Row, Topic, WordClass, WordSet, Words};

/// Phrases that say what a number or a token is.
pub(crate) const CUES: &[Row] = &[
    // ---- Cards -----------------------------------------------------------------------------------------------------
    Row {
        topic: Topic::Reference,
        name: "outro cartão",
        phrases: "cartao/carteirinha do/da/de sus/convenio/cidadao/plano/saude/fidelidade/embarque/visita/ponto/estudante/vacina saude?; carteirinha; vale presente",
    },
    Row {
        topic: Topic::Card,
        name: "cartão",
        phrases: "numero/num/n/nr/no/numeros/numeracao/digitos completo? do/de/da? meu/seu/teu/minha/sua? cartao/cartoes; cartao/cartoes de? credito/debito/refeicao/alimentacao/adicional/virtual/pre/corporativo pago? numero/num/n/nr?; cartao/cartoes; cartaozinho; cartaum; cartaao; cartap; crtao; catao; numeracao; numero inteiro; 16/15/dezesseis/dezasseis/quinze digitos/numeros; cartao visa/master/mastercard/elo/amex/hipercard/nubank/itau/bradesco/santander",
    },
    // ---- Card security codes ---------------------------------------------------------------------------------------
    Row {
        topic: Topic::SecurityCode,
        name: "código de segurança do cartão",
        phrases: "codigo/cod/codgo/numero/digitos/numeros/numerozinho/numerozinhos/codigozinho de/d seguranca/verificacao do/da/de meu/seu/teu? cartao; codigo/cod/numero do/de meu/seu/teu? cartao; \
                  codigo/cod/numero/numeros/digitos/digito/numerozinho/numerozinhos/codigozinho que? fica/ficam/esta/estao/tem/vem/aparece/aparecem/ta/tao? do/de/no/na/atras/ai? verso/tras/frente/costas/parte/costa/atras do/da/de? tras/cartao?; \
                  3/tres/4/quatro digitos/numeros/algarismos/numerozinhos que? fica/ficam/esta/estao/tem/vem/aparecem/ta/tao? do/de/no/na/ai? verso/tras/atras/frente/costas/parte do/de/da? tras/frente/cartao?; codigo/numeros atras do? cartao?; codigo/numero de 3/tres digitos/numeros/algarismos",
    },
    Row {
        topic: Topic::Code,
        name: "código de segurança",
        phrases: "codigo/codgo/codico/cod/chave/numero/digitos de/d seguranca; codigo/cod de 4/quatro digitos/numeros; codigo secreto",
    },
    // ---- One-time passcodes ----------------------------------------------------------------------------------------
    Row {
        topic: Topic::OneTimePasscode,
        name: "código de verificação",
        phrases: "codigo/codigos/cod/codgo/codico/chave/numero/digitos/pin/senha/token/codigozinho/codiguinho de/d verificacao/verificasao/autenticacao/validacao/ativacao/acesso/login/desbloqueio/recuperacao/confirmacao/autorizacao por/via sms/email/whatsapp/telefone; \
                  codigo/codigos/cod/codgo/codico/numero/digitos/pin/codigozinho/codiguinho de/d verificacao/verificasao/autenticacao/validacao/ativacao/acesso/login/desbloqueio/recuperacao; codigo/cod/senha/chave/pin temporario/temporaria/provisorio/dinamico/dinamica/unico/unica/sms/token/descartavel; \
                  senha/codigo/chave/palavra passe? de uso unico; senha/codigo de um/1/utilizacao so? uso/vez/unica?; codigo/cod/senha de 6/seis/5/cinco/8/oito/7/sete digitos/numeros/algarismos; \
                  codigo/codigos/codgo/codico/cod/token/pin/numero/numerozinho/codigozinho/codiguinho/digitos/numeros q/que/k eu? nos? lhe/te/me/nos/vos/ja/voce/vc/acabou/acabaram/acabei? acabou/acabaram/acabei/de? chegou/chega/chegaram/chegar/recebi/recebeu/recebeste/mandaram/mandou/mandei/mandamos/mandar/enviaram/enviou/enviei/enviamos/enviar/receber/deram/deu/aparece/apareceu/aparecem/aparecer/veio/vieram/gerou/gera/caiu/pediu/pede/pedem/pediram/mostra; \
                  codigo/codigos/codgo/cod/codiguinho/numero/digitos/senha por/do/da/via/de/no/pelo/pela/num/em o? seu? sms/mensagem/msg/torpedo/email/e/whatsapp/zap/wpp/app/aplicativo/aplicacao/autenticador/authenticator mail?; codigo/cod/codgo enviado/enviada/recebido/gerado/recebida; \
                  codigo q? recebi/chegou; 6/seis digitos/numeros/algarismos; otp; token do? app/aplicativo/banco/celular/sms/itoken/digital/numerico?; itoken; i token; ultimo/novo/outro/segundo/primeiro codigo/token; novo sms; autenticador; verificacao em duas/2 etapas; dois/duplo fator; segundo fator; codigo do? google/whatsapp/uber/ifood/instagram/facebook/nubank/mercado/banco/zap pago/livre?; sms token; diz/dizia a mensagem/msg; mensagem de texto; sms",
    },
    Row {
        topic: Topic::Code,
        name: "código",
        phrases: "codigo; codigos; codgo; codgos; codico; cogido; codigozinho; codiguinho; cdg",
    },
    Row { topic: Topic::Code, name: "authorization code", phrases: "codigo/cod/numero de/d autorizacao/aprovacao" },
    Row { topic: Topic::Code, name: "código de confirmação", phrases: "codigo/cod/codgo/numero de/d confirmacao" },
    // ---- PINs ------------------------------------------------------------------------------------------------------
    Row {
        topic: Topic::Reference,
        name: "senha de atendimento",
        phrases: "senha de/do/da/na minha? atendimento/fila/espera/guiche/balcao/triagem; senha preferencial/normal; tirei a? senha",
    },
    Row {
        topic: Topic::Pin,
        name: "senha do cartão",
        phrases: "numero/numeros/digitos q/que usa/uso/usas/digita/digito/coloca/coloco/poe no caixa eletronico?; senha/senhas/pin/senah/codigo do/de/da/no meu/seu/minha/sua/teu? cartao/caixa/saque/multibanco/chip/sim/debito/credito/telemovel/cofre/alarme/porta/cadeado/fechadura eletronico/automatico/postal?; pin/senha/senhas de/com 4/quatro/6/seis digitos/numeros/algarismos; senha/pin numerica; senha de saque/transacao/transacoes/movimentacao/compra; senha do? telefone/atendimento telefonico?; codigo pin; codigo puk; puk; senha do? mb; pin do? multibanco",
    },
    // ---- Passwords -------------------------------------------------------------------------------------------------
    Row {
        topic: Topic::Password,
        name: "senha",
        phrases: "senha; senhas; senah; snha; sehna; senhazinha; senhinha; palavra passe/chave/secreta; palavras passe; palavrapasse; password; senha do/da/de/pro/pra wifi/wi/email/e/rede/modem/roteador/internet/portal/site/app/aplicativo/conta/login/acesso/sistema/netflix/banco/computador/celular fi/mail?; senha wifi/wi fi?; senha nova/antiga/atual/provisoria/temporaria/velha/padrao/inicial/mestra/eletronica/anterior/nova; nova/antiga/atual/velha/primeira senha; chave da? rede/wifi/wi fi?; frase secreta/senha; resposta secreta; resposta de/da seguranca/pergunta? secreta/seguranca?; pergunta secreta; credenciais",
    },
    Row {
        topic: Topic::Login,
        name: "usuário",
        phrases: "usuario; nome de? usuario/utilizador; utilizador; login; email; e mail; meu user; entro/entrar/entra/entrava/acesso/acessar/logar/loguei/logava com/como; abre/desbloqueia/desbloqueio/desbloquear com; wifi; wi fi",
    },
    // ---- Accounts --------------------------------------------------------------------------------------------------
    Row {
        topic: Topic::Amount,
        name: "conta a pagar",
        phrases: "conta/contas de/da/do luz/agua/gas/telefone/internet/energia/celular/restaurante/bar; valor da conta; conta deu/veio/fechou/ficou; fatura deu/veio/fechou/ficou",
    },
    Row {
        topic: Topic::Quantity,
        name: "em conta",
        phrases: "por erro; por conta; em conta; dar/dou/dando conta; me conta; se dar conta; fazer? de conta; conta pra mim",
    },
    Row {
        topic: Topic::Account,
        name: "conta",
        phrases: "numero/num/n/nr/no/numeros da/de/d/do minha/sua/tua? conta/cta bancaria/corrente/completo?; conta/contas/cta corrente/poupanca/salario/bancaria/digital/pagamento/deposito/destino/a/de/ordem? pagamento/deposito/ordem? numero/num/n/nr?; conta; contas; cta; cc; c c; poupanca; iban; nib; numero do nib/iban; codigo iban; conta bancaria; dados bancarios/da/de conta?",
    },
    // ---- Harmless: parts of numbers --------------------------------------------------------------------------------
    Row {
        topic: Topic::Partial,
        name: "final",
        phrases: "termina/terminam/terminado/terminada/terminados/terminando/terminava/acaba/acabam/acabado/acabada/finaliza/finalizado em/com/por/no/nos?; \
                  ultimos/ultimas/ultimo/derradeiros 4/quatro/5/cinco/3/tres/6/seis/dois/2? digitos/numeros/algarismos/digito? do/da/de? meu/seu/minha/sua/teu/tua? cartao/conta/cpf/telefone/celular/rg/telemovel/amex/visa? sao/e/eh/es?; quatro/4/tres/3/dois/2 ultimos/finais digitos/numeros/algarismos? do/da/de? meu/seu/minha/sua? cartao/conta/cpf/telefone/celular?; \
                  digitos/numeros finais do/da? meu/seu? cartao/conta?; cartao/conta/cartoes/visa/master/mastercard/elo/amex de/com/no/o? final; com/o/de/tem final; final do/da/de/e/eh/es? meu/seu/minha/sua? cartao/conta/cpf/telefone?; finais; ultimos; ultimas; so o final; terminacao",
    },
    Row {
        topic: Topic::Partial,
        name: "first digits",
        phrases: "primeiros/primeiras 4/quatro/6/seis/3/tres/8/oito/5/cinco? digitos/numeros/algarismos? do/da? meu/seu? cartao/cpf? sao?; comeca/comecam/comecando/inicia/inicio com/em/por/pelo/no; primeira parte/metade e/es/eh?; quatro/4/seis/6/tres/3 primeiros digitos/numeros? do/da? cpf/cartao?",
    },
    // ---- Harmless: the rest ----------------------------------------------------------------------------------------
    Row {
        topic: Topic::Zip,
        name: "CEP",
        phrases: "cep; ceps; cep da? rua/casa/entrega?; codigo/cod postal; codigos postais; codigo/cod de/da/do? area/pais/cidade/ramal; ddd; ddi; prefixo; indicativo; caixa postal",
    },
    Row {
        topic: Topic::Phone,
        name: "telefone",
        phrases: "telefone; telefones; telemovel; tel; fone; fixo; celular; celulares; numero/num/n/nr do/de/d meu/seu/minha/sua? telefone/celular/tel/contato/contacto/telemovel/whatsapp/zap/casa/fixo/fax; ligar; ligue; liguem; ligou; ligaram; liguei; ligacao; ligacoes; chamada; chamadas; disque; discar; discando; disca; whatsapp; zap; wpp; ramal; ramais; extensao; fax; contato; contacto; central de? atendimento; sms/mensagem/mensagens/msg do/de numero?; me liga no?",
    },
    Row {
        topic: Topic::Time,
        name: "data ou hora",
        phrases: "data/datas de/da/do nascimento/validade/vencimento/entrega/compra/emissao/cadastro/fechamento/viagem; a data; data do/da; ano; anos; desde; nasci; nasceu; nascimento; nascido; nascida; dia; hora; horas; horario; vence; venceu; vencendo; vencimento; validade; val; venc; vcto; expira; expirou; valido/valida ate; cliente desde; em janeiro/fevereiro/marco/abril/maio/junho/julho/agosto/setembro/outubro/novembro/dezembro; idade; turma de",
    },
    Row {
        topic: Topic::Amount,
        name: "valor",
        phrases: "valor; valores; montante; quanto foi/deu/ficou/e/eh/custa/custou/saiu; quantos; quantas; quantidade; quilometragem; hodometro; distancia; metragem; metros; tamanho; tamanhos; peso; frete; vazao; consumo; leitura; importancia; quantia; total; saldo; saldos; preco; precos; custo; custa; custou; custam; paguei; pago; pagar; paga; pagou; pagando; pagamento de; cobraram; cobrou; cobrado; cobrada; cobranca; cobrancas; cobrando; taxa; taxas; tarifa; tarifas; juros; multa; parcela; parcelas; prestacao; prestacoes; pontos; milhas; desconto; descontos; descontaram; descontou; reembolso; estorno; estornaram; estornou; deposito; depositei; depositaram; transferi; transferir; transferencia; transferencias; pix de; fiz um? pix; saque; saquei; levantamento; levantei; salario; renda; gastei; gasto; gastos; divida; devo; anuidade; mensalidade; mensalidades; reais; centavos; centimos; limite; cashback; compra/compras de/no/na valor?; recarga; credito de; emprestimo; gorjeta; iva; imposto; icms; minimo; maximo; renda; soma; score; pontuacao; caucao; sinal de",
    },
    Row {
        topic: Topic::Quantity,
        name: "quantidade",
        phrases: "no caso; nesse/neste caso; quase; uns; umas; mais de; menos de; cerca de; em torno de; aproximadamente; mais ou menos; ate; cada; entre; outros; outras; por volta de; de ate; acima de; abaixo de",
    },
    Row {
        topic: Topic::Reference,
        name: "pedido ou protocolo",
        phrases: "codigo/cod/numero do banco; numero/num/n/nr/no/codigo/cod/codgo/chave/id do/da/de/d minha/meu/seu/sua/teu/tua? pedido/pedidos/encomenda/compra/ordem/protocolo/atendimento/chamado/ocorrencia/rastreio/rastreamento/envio/entrega/objeto/reserva/bilhete/passagem/voo/fatura/factura/boleto/nota/recibo/comprovante/transacao/operacao/confirmacao/apolice/sinistro/processo/solicitacao/contrato/cliente/socio/matricula/funcionario/colaborador/passageiro/pacote/cupom/cupao/desconto/promocao/promo/passaporte/cpf/cnpj/rg/cnh/nif/identidade/identificacao/contribuinte/utente/titulo/inscricao/placa/produto/artigo/item/localizador/barras/instalacao/medidor/relogio/unidade/loja/usuario/utilizador/reclamacao/ticket/convite/indicacao/referencia/serie/lote/carteirinha/convenio/beneficiario/plano/carteira/registro/registo/crm/oab/beneficio/nis/pis/senha/vaga/vaucher/voucher/troca/devolucao/remessa/retirada/coleta/aluno/turma/curso/municipio/ibge/servico/cadastro/nfe/danfe/venda/tracking/participante/jogo/sorteio/imovel/estacionamento/disciplina/materia/vendedor/vendedora/empresa/oferta/evento/ingresso/impressora/hotel/operadora/medicamento/remedio/exame/paciente/consulta/parceiro/parceira/revendedor/revendedora/consultor/consultora/campanha/catalogo/tinta/motor/bicicleta/patinete/carro/veiculo/tarefa/projeto/embarque/afiliado/agencia/quarto/assento/porteiro consumidora/fiscal/saude/social/eleitor/cidadao/de?; \
                  aluno; turma; sus; pedido; pedidos; encomenda; encomendas; protocolo; protocolos; chamado; chamados; ocorrencia; rastreio; rastreamento; rastreador; reserva; reservas; localizador; bilhete; passagem; voo; voos; fatura; faturas; factura; boleto; boletos; nota fiscal; nf; nfe; nf e; recibo; comprovante; transacao; operacao; apolice; sinistro; processo; solicitacao; contrato; matricula; pacote; pacotes; cupom; cupons; cupao; promo; passaporte; cpf; cpfs; cnpj; rg; cnh; nif; nis; pis; niss; cartao do? cidadao; bilhete de identidade; identidade; titulo de? eleitor; placa; inscricao estadual/municipal?; ordem de? servico/compra/pagamento; os numero; ordem; chave pix; chave do/de pix; pix copia e? cola; pix; txid; e2e; linha digitavel; codigo promocional/promo; codigo swift/bic; swift; codigo da? moeda; autorizacao; aprovacao; correios; sedex; transportadora; jadlog; loggi; remessa; objeto; devolucao; reclamacao; ticket; tickets; numero do? banco; referencia; referencias; ref; entidade; multibanco referencia; entidade e referencia; convenio; carteira; prontuario; guia; lote; edital; inscricao; cadastro; concurso; sorteio; rifa; linha do? onibus; onibus; autocarro; trem; comboio; voucher; atendimento; ocorrencia policial; boletim de? ocorrencia; bo; assinatura",
    },
    Row {
        topic: Topic::Device,
        name: "aparelho ou versão",
        phrases: "imei; medidor; hidrometro; peca; pecas; registro; codigo/cod da? peca; serie; numero/num/n/nr de serie; n s; serial; modelo; versao; erro; erros; codigo/cod/codgo de/do/da meu/minha? erro/resposta/retorno/recusa/status/barras/produto/pais/fonte/cor/conduta/defeito/falha/vestimenta/chassi/instalacao; codigo erro; erro codigo; codigo q/que te/me/lhe? aparece/apareceu/da/deu/mostra em/no/na? tela/mensagem? do/de? erro; codigo qr; qr code; qr; codigo de barras; codigo ean; sku; item; itens; produto; modem; roteador; router; ip; mac; android; ios; iphone; galaxy; pagina; chassi; renavam; build; firmware; ean; isbn; ncm; cfop; tensao; voltagem; potencia",
    },
    Row {
        topic: Topic::Place,
        name: "endereço",
        phrases: "codigo/senha do/da/de portao/portaria/predio/condominio/elevador/garagem/bloco/loja/filial/entrada; rua; avenida; av; travessa; alameda; rodovia; estrada; br; bairro; quadra; qd; lote; lt; bloco; bl; torre; edificio; predio; apartamento; apartamentos; apto; apt; ap; sala; conjunto; cj; sobreloja; numero da casa; portaria; portao; endereco; moro no/na/em; km; quilometro; quarto; poltrona; assento; fileira; mesa; loja; filial; agencia; agencias; ag; caixa; caixas; caixa eletronico; guiche; balcao; balcao numero; terminal; plataforma; estacao; vaga; box; armario; escaninho; setor; unidade; andar; ponto; morada; porta; fracao; gate; portao de? embarque; doca; galpao; condominio; praca",
    },
];

/// Cues whose values may be of a second topic.
pub(crate) const ALSO: &[(&str, Topic)] =
    &[("código de segurança", Topic::SecurityCode), ("código de confirmação", Topic::Reference)];

/// Words that are recognized if one letter is mistyped. They have at least seven letters, and no everyday word differs
/// in one letter.
pub(crate) const SLIPS: &str = "verificacao seguranca autenticacao confirmacao";

/// The classes of words.
pub(crate) const WORDS: &[Words] = &[
    Words {
        role: WordClass::GLUE.union(WordClass::COMMON),
        words: "numero numeros num nr n completo completa inteiro inteira seguinte eh sao foi era eram seja seria sera o a os as um uma meu minha meus minhas seu sua seus suas teu tua teus tuas do da dos das de d ao aos que q k por pra pro para com em no na nos nas como me te se lhe \
                diz disse dizia aparece apareceu mostra mostrou consta chegou chega mandou mandaram mandei enviaram enviei enviou deram deu tem tenho tinha veio vem vieram coloquei coloco coloca colocar botei boto bota pus ponho por digitei digito digita escrevi escrevo escreve inseri insiro usei uso usava usando \
                aqui la ta to esta este isto esse essa isso aquele aquela aquilo nesse nessa neste nesta desse dessa deste desta mesmo mesma correto certo certa novo nova velho velha atual antigo antiga anterior bom bem entao acho desculpa desculpe sim ok ah oi olha tipo so somente apenas tambem ja agora ora vai vou va \
                digitos digito algarismos mudei troquei alterei anota anote toma tome pega pegue segue seguem sou eu voce vc voces vcs tu mim comigo acabei acabou acabaram pois recebi lembro gerou",
    },
    Words { role: WordClass::LINK, words: "es eh sao foi era como seria sera" },
    Words {
        role: WordClass::ENTRY,
        words: "uso usei usava usando coloquei coloco coloca colocar botei boto bota pus ponho digitei digitando escrevi escrevo escreve escrever inseri insiro inserir pondo colocando botando informei eu",
    },
    Words { role: WordClass::COPULA, words: "es eh sao foi era seria sera diz dizia mostra consta ficou" },
    Words {
        role: WordClass::DETERMINER,
        words: "o a os uma meu minha meus minhas seu sua seus suas teu tua teus tuas nosso nossa este esta esse essa",
    },
    Words { role: WordClass::OWN, words: "meu minha meus minhas seu sua seus suas teu tua teus tuas nosso nossa" },
    Words {
        role: WordClass::REQUEST.union(WordClass::COMMON),
        words: "cade favor gentileza informe informa informar informarme informarnos informando diga dizer digas digame fala fale falar passa passe passar passarme manda mande mandar mandarme envia envie enviar enviarme confirma confirme confirmar confirmarme valide validar digite digita digitar insira insere inserir introduza introduz introduzir preencha preencher forneca fornece fornecer forneceme indica indique indicar indicarme indiqueme escreva escreve escrever responda responde responder repete repita repetir dita dite ditar ditarme leia ler lerme compartilhe compartilha compartilhar partilhe partilha partilhar preciso precisamos precisava precisaria precisarei necessito necessitamos pode podes podia poderia poderias consegue consegues conseguiria qual quais falta faltou manda coloque coloca colocar solicito solicitamos peco pedimos crie cria escolha escolhe defina define cadastre gostaria anote copia copie cola cole",
    },
    Words {
        role: WordClass::QUESTION.union(WordClass::COMMON),
        words: "que qual quais quem como onde quando quanto quantos quantas cade pq",
    },
    Words {
        role: WordClass::NEGATION.union(WordClass::COMMON),
        words: " nunca jamais sem tampouco ninguem nenhum nenhuma nem evite evitar naum nao",
    },
    Words {
        role: WordClass::SENT.union(WordClass::COMMON),
        words: "enviei enviamos enviado enviada enviados enviou enviaram enviando mandei mandamos mandado mandou mandaram mandando chegou chegado chegara reenviei reenviamos reenviado reenviou disparei disparamos encaminhei encaminhamos encaminhado recebera recebeu",
    },
    Words {
        role: WordClass::UNIT,
        words: "minuto minutos min mins minutinhos hora horas hrs h segundo segundos dia dias semana semanas mes meses ano anos noite noites vez vezes digito digitos algarismos caractere caracteres letra letras numero numeros simbolo simbolos tentativa tentativas porcento \
                ponto pontos milha milhas km kg quilos quilo gramas litros metros cm pessoas pessoa adultos criancas passageiros malas itens pecas caixas unidades copias paginas parcelas prestacoes quartos ingressos cartoes contas reais real centavos euros mil milhoes centimos mbps mega megas gb mb pontinhos conto contos pila pilas",
    },
    Words {
        role: WordClass::CURRENCY,
        words: "reais real euros euro dolares dolar brl centavos centimos conto contos pila pilas",
    },
    Words {
        role: WordClass::CONJUNCTION.union(WordClass::COMMON),
        words: " e ou porque pq pois porem embora entao enquanto dai depois",
    },
    Words {
        role: WordClass::SINCE.union(WordClass::COMMON),
        words: "desde em de ate ano anos antes depois durante janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro",
    },
    Words {
        role: WordClass::MONTH.union(WordClass::COMMON),
        words: "janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro fev mai set out dez",
    },
    Words {
        role: WordClass::PIECE.union(WordClass::COMMON),
        words: "depois segue seguem seguintes resto falta faltam restante restantes primeira segunda parte metade continua ultimos ultimas agora termina comeca sao dai",
    },
    Words { role: WordClass::FACE, words: "verso atras frente costas traseira" },
    Words { role: WordClass::DIGITS, words: "digito digitos numero numeros algarismo algarismos numerozinhos" },
    Words {
        role: WordClass::EXPIRY.union(WordClass::COMMON),
        words: "vence vencimento validade expira exp val venc ate vcto",
    },
    Words {
        role: WordClass::HEAD,
        words: "requisito requisitos tela vencimento campo formulario janela pagina politica expirou errada errado",
    },
    Words { role: WordClass::FROM, words: "de" },
    Words { role: WordClass::TO, words: "para pra pro" },
    Words { role: WordClass::ENTRY.union(WordClass::COMMON), words: "tentei tento digitou digitava apertei teclei" },
    Words {
        role: WordClass::HALF,
        words: "primeira primeiros parte metade comeca segue depois resto partes pedacos faltam faltava restante",
    },
    Words { role: WordClass::TAKES_BACK, words: "desculpa desculpe perdao quis alias enganei errei corrigindo digo" },
    Words { role: WordClass::RETRIES, words: "espera pera melhor tenta tente" },
    Words {
        role: WordClass::TROUBLE,
        words: "incorreto incorreta invalido invalida confere tentativa tentativas errado errada",
    },
    Words { role: WordClass::FORETELLS, words: "deve deveria pede chega chegara recebera aparece vai aparecera" },
    Words { role: WordClass::REPORTS, words: "aparece retorna diz mostra" },
    Words {
        role: WordClass::STATE.union(WordClass::COMMON),
        words: "incorreta incorreto correta correto errada errado ruim mal equivocada invalida invalido valida valido vencida vencido expirada expirado expirou venceu bloqueada bloqueado bloqueou fraca forte segura seguro insegura longa longo curta curto velha velho nova novo igual mesma mesmo diferente outra outro boa bom funciona funcionando funcionou serve entra entrou necessaria obrigatoria exigida perdida esquecida esqueci roubada hackeada comprometida vazada clonada desconhecida trocada alterada atualizada salva salvo guardada vazia temporaria provisoria permanente muito tao demais sempre nunca nao ja ainda tambien tambem so apenas que a os uma de do da das ao em no na com sem por para pra como se qual quando onde porque mas ou nem meu minha seu sua essa esse esta este isso isto algo nada alguma nenhuma tudo toda sensivel pessoal privada confidencial secreta unica facil dificil complicada simples impossivel rejeitada recusada recusado aceita negada ativa inativa ativada desativada resetada redefinida correspondente alfanumerica numerica maiusculas minusculas pedida solicitada enviada mandada escrita anotada minha tua nossa se me te lhe nos foi era es sao esta estava sera eh ta tava estao deu da dando pede pedindo lenta estranha obsoleta travada travou cancelada foi sumiu padrao",
    },
    Words {
        role: WordClass::FILLER.union(WordClass::COMMON),
        words: "sim nao claro ok okay beleza blz bom boa otimo obrigado obrigada obg brigado brigada valeu vlw perfeito certo exato isso correto aham uhum opa oi ola oie bom dia tarde noite tardes noites desculpa desculpe licenca momento momentinho instante instantinho espera espere aguarde aguarda pera perai segundo segundinho ja agora agorinha vou ajuda ajudar atendente humano pessoa nada ninguem nenhum nenhuma nunca ainda como quando onde porque quem qual tchau ate depois amanha hoje ontem eita nossa putz ue kkk kkkk kkkkk rsrs rs haha entendi entendido cancelar sair menu continuar seguinte reenviar certeza deixa deixe pronto pronta tranquilo fechado combinado massa legal bacana pois ta tah fixe porra caramba caraca",
    },
    Words {
        role: WordClass::COMMON,
        words: "abrir acabei acabou acessar acesso acho acima afinal ajudar ainda algo alguem algum alguma alguns amiga amigo ano \
                antes aparelho app aplicativo apos aqui assim ate atendente atendimento atras avisar aviso banco bastante bem boa \
                bolsa cabeca cada cadastro caderno caiu cama carteira casa caso celular certeza chama chamo chat chegar chegou chip \
                cima clicar cliente coisa coisas colocar comecar compra comprar computador conferir consegui consigo conseguir conta \
                conversa cuidado dados dentro deixa deixar dele dela depois desde desculpa deu devo dia dificil diga dinheiro dizer \
                dizendo dois duas duvida ela elas ele eles email embaixo empresa encontrar encontro enquanto entao entendi entrar \
                entrada entre enviar era errado escrever espera esperando esposa esqueci estava estou estao exemplo falar falei \
                familia favor faz fazer fazendo feliz fica ficar ficou filha filho fim fiz foi fora fui gente gosto gostaria grande \
                hoje homem hora horas igual inclusive indo internet ir irma irmao isso jeito junto lado lembrar lembro levar ligacao \
                logo loja lugar mae mais mandar maneira manha mao marido mas medo meio melhor memoria menos mensagem mes mesma mesmo \
                meses mexer minha moca moco momento motivo moto mudar muita muito muitos mulher mundo nada namorada namorado nao nela \
                nele nenhum nenhuma nesse nessa ninguem noite nome nos nossa nosso nova novo nunca onde ontem outra outras outro \
                outros pagar pagamento pai papel para parece parte passar passou pedir pega pegar peguei pela pelo pena pensar perdi \
                pergunta perto pessoa pessoas pode podem poder pois porque porta possivel posso pouco pra prazo precisa precisar \
                preciso primeira primeiro problema pronto proprio proxima proximo quais qualquer quando quanto quase quem quer quero \
                quis rapido receber recebi recebeu reclamar reclamacao resolver responder rua sabe saber sacar sai saiu seja sei \
                sempre senhor senhora sera seria servico sim sistema site sobre socorro sozinha sozinho suporte tela telefone tempo \
                tenha tenho tentar tentei ter teve tinha tipo tirar tive toda todas todo todos trabalho tres tudo ultima ultimo usar \
                usuario vai vamos veio vem vendo ver verdade vez vezes vida vir viu voce voces volta voltar vou urgente aplicacao \
                telemovel ecra utilizador moedas miudo falo fala falamos falando falou falaram delas deles deste desta cancela \
                cancelei cancelou golpe golpista achar achei achou acha achando redefinir redefini hein calma vejo viram olha olhar \
                olhando olhei aceita aceitar aceitou acordo acontece aconteceu acontecendo acredito adianta adiantar agradeco \
                aguardando aguardo aguardar ajudou alterar alterei amanha anda andei anotar anotei anotado anotada apagar apaguei \
                apagou aparece apareceu aparecer aparecendo apenas aperta apertar apertei aplicativos apaga aquela aquele aquilo \
                arrumar assinar assunto atende atender atendeu atendendo atraso atrasado atrasada atualizar atualizei baixar baixei \
                baixo banheiro barato bateria bateu bati bilhete bloquear bloqueou bloqueei bloqueio boleto bonito bota botar \
                brincadeira busca buscar caderneta cai caindo caixa calor caminho cancelamento cansada cansado carro carregar cedo \
                central chato chata chave cheia cheio cheguei chegando chora chuva clica cliquei clicando cobrando coitada colega \
                combinei comentar comida comigo comprei comprou compreendo comum conferi conferido confere confio confirmado confirmei \
                confunde confundi confuso conhece conheco consta consultar contei conter continua continuar contrario copiar copiei \
                corre correndo correto corrigir costuma costumo cozinha crianca cuida daqui dali daquela daquele daria davam decorei \
                decorado demora demorando demorou dentista dependendo depende desculpem desci desejo desisti desisto desligar desligou \
                deixei deixou devagar deveria devia devolver diferente direito direto disseram disso disto ditar divido doente doida \
                doido dormindo duvidas duvido emprego empresto encontrei encontrou engano enganei engolindo enorme enrolando entende \
                entendendo enterrar entrando entrei entrou envelope enviaram envio erro errei errando escolhi escondido escreveu \
                escrevi escritorio escrito escutar espere esperei esperem essas esses estado estejam estragou estranho estar estive \
                eram eramos errar esqueceu esquecer esquecendo esqueco exatamente excelente existe explica explicar explicou facil \
                facilita falha falhou falta faltando faltou fatura faria fazia fecha fechar fechou feito feita feriado ficando ficava \
                ficam fila filhos finalmente fiquei foto fosse frente frio fugir funciona funcionar funcionava ganhar garantia gaveta \
                gerar gerente gostei graca gracas guarda guardado guardada guardei guardo habito hospital ideia idade imagina imaginar \
                impossivel imprimir incrivel infelizmente inicio inteira interessa invalido irei irritada irritado isto jamais joguei \
                jogou junho jura juro justo ler lendo lenta lento lembra lembrei lembram ligado ligada ligando limpar linda lindo \
                linha livro longe louca louco maior mal maluco maluca mandando manter marca marcar marquei medico melhorar memorizado \
                memorizar menina menino mentira mercado mesa metade mexendo mexi mexeu minuto misturar mora moro mostra mostrar \
                mostrou mudando mudei mudou multa namoro negado negocio neta neto nervosa nervoso nisso nivel normal normalmente nota \
                notebook novidade novamente obvio ocorre ocorreu oculos ocupada ocupado odeio oferecer olho oportunidade ouve ouvi \
                ouvir paciencia paga pagando paguei palhacada parado parada pararam parar pareceu parecido parei parou participar \
                passando passei passado patrao pediram pediu pego pegou pensando pensei percebi perder perdeu perdida perdido \
                perguntar perguntei perguntou permite pessimo piada pior podemos poderia podia poe ponho portanto possa possuo \
                precisei precisava precisando prefere prefiro preocupada preocupado presta procura procurar procurando procurei \
                promete promocao pronta propria provavel provavelmente puder pude puxa quebrado quebrou queria querendo querem \
                queremos questao quinta quiser raiva rapaz rapida rapidinho razao realmente recarregar recebendo recebemos recebo \
                reclamando recomendo recordo recuperar rede reiniciar reiniciei repetir repeti resetar resolve resolveu resolvido \
                respondi respondeu resposta reuniao rever ridiculo robo roubaram roubo ruim rindo sabado sabendo sabia saida sair \
                saindo salva salvar salvei salvo secretaria segunda segura seguranca seguro seis semana sendo senta sentido serio \
                servir sexta sinal sinto situacao sobra sobrinha sobrinho sofrendo sogra solicitei solucao somos sorte suficiente suja \
                sumiu superior supermercado suspeito tambem tava tavam tarda tecla teclado tecnico teimando televisao temos tenham \
                tentando tentativa tenta tentou terca termina terminar terminei tia tio tinham tinhamos tirando tirei tirou toca tocar \
                tocou tomara torcer trabalhando trabalhar tranquila transito trava travando travou trazer trem triste troca trocar \
                trocando troquei trouxe tudinho ultimamente unica unico urgencia usam usando usava usei usou utilizo util vale valido \
                varias varios veja vejam velha velho verifiquei verificar verificando vergonha vergonhoso viagem viajando video vieram \
                vindo vinha vira virar virou visita vivo vizinha vizinho voltando voltei voltou vontade vossa vosso zangada zangado \
                acabar acabando acessando acessei adoro alias ambos ambas anteontem apesar aprender aproveitar assustada assustado \
                atrapalha atraves bagunca besteira bobagem cabe caberia cena chamar chamando chamei chamou complicado complicada \
                conseguiu conseguimos consegues consegue consiga conversar conversei costume credito debito decidi dedo defeito \
                deixando demais desculpas desligada desligado desligo devem devemos digo dizia dormir doi emprestado engracado escuro \
                esforco esquisito familiar fazemos fechado fez ficaria foge forma fraude garanto gastar geral hospede humana ignorar \
                impaciente importa importante informacao insisto instalar instalei jogar juntos lavar legal levei levou liguei maioria \
                mantem medida menor misterio mostrando muda nasce nego neste obrigado oficial opa ora outrora papelada particular paro \
                passam pelas pelos perco periodo pessoal piora poucos poucas praticamente previsao principal privado procede proposito \
                prova publico quieto quilo relacao repente reparei respeito resto retorno rotina sabemos safado salario seguida \
                seguinte seguir sequer sigo simples sobrou sofri sozinhos tais talvez tanta tantas tantos tao tamanho tarde tempos \
                tenso tente tera terei teria termos toma tomar tomei tornar total traz tras tratar tu ue umas uns utilizar vao vaza \
                verdadeira verdadeiro vemos virem voltamos",
    },
];

/// The words of the lists that the grammar uses, separated by spaces.
pub(crate) const LISTS: &[(WordSet, &str)] = &[
    (
        WordSet::SERIES,
        "pedido pedidos encomenda ordem fatura faturas factura recibo recibos referencia rastreio rastreamento protocolo \
         protocolos chamado chamados ocorrencia cpf cnpj rg cnh nif nis pis passaporte matricula contrato reclamacao \
         solicitacao boleto boletos bilhete reserva transacao apolice sinistro comprovante localizador pacote nota processo",
    ),
    (WordSet::NUMBERING, "numero numeros num nr"),
    (
        WordSet::PRESS,
        "digite digita tecle tecla aperte aperta pressione disque responda responde escolha escolhe marque envie",
    ),
    (
        WordSet::SPELLS,
        "maiuscula maiusculas minuscula minusculas arroba asterisco hifen underline cerquilha exclamacao traco",
    ),
    (WordSet::WHY, "acontece aconteceu houve"),
    (WordSet::CHECK, "cheque cheques talao"),
    (WordSet::ATM, "caixa multibanco"),
    (WordSet::EXPIRES, "vence validade vencimento expira val"),
    (WordSet::CHOOSES, "para pra a ao"),
    (WordSet::HOW_MANY, "quanto quantos quantas quanta"),
    (WordSet::WHEN, "quando"),
    (WordSet::WHERE, "onde cade"),
    (WordSet::WHICH, "qual quais"),
    (WordSet::QUE, "que"),
    (WordSet::FECHA, "hora dia data ano mes horas"),
    (WordSet::FEW, "tres quatro"),
    (WordSet::SEVERAL, "quatro cinco seis oito"),
    (WordSet::CODE, "codigo"),
    (WordSet::RECITE, "leia fala fale diz dita manda passa passe mande"),
    (
        WordSet::REFERENCE,
        "qual diz novo nova novos novas outra outro outros outras resto segue seguinte dele dela ele ela isso",
    ),
    (WordSet::MESSAGE, "mensagem sms email app torpedo msg aplicativo"),
    (WordSet::PURPOSE, "para pra antes"),
    (WordSet::WARNING, "nunca jamais ninguem"),
    (WordSet::YES, "sim claro isso favor positivo"),
    (WordSet::RENEWAL, "agora novo nova"),
    (WordSet::LEAD, "agora bom e entao"),
    (WordSet::ANAPHORA, "es eh sao era aqui diz"),
    (WordSet::BREATH, "desculpa digo nao e ou a"),
    (WordSet::PREPOSITION, "de do da para pra por em no na com pro"),
    (WordSet::WAY, "via pelo pela"),
    (WordSet::NAMES_A_WORD, "senha senhas senah"),
    (WordSet::RELATIVE, "que quando onde"),
    (WordSet::LISTING, "e ou mais nem"),
    (WordSet::SENT_CODE, "unico unica uso dinamica verificacao temporaria"),
    (WordSet::TOKEN, "token"),
    (WordSet::ITS, "es eh sao"),
    (WordSet::ERROR, "erro erros"),
    (WordSet::ARRIVES, "chegou recebeu recebi recebeste receber chegado"),
    (WordSet::CHOSEN, "quatro cinco seis"),
    (WordSet::PARTS, "partes pedacos"),
    (
        WordSet::ANOTHER,
        "outro outra outros novo nova anterior antiga antigo velha velho agora uso usa melhor desculpa digo tambem minuto \
         depois segundo segunda antes",
    ),
    (WordSet::COUNTED, "codigos senhas contas tokens cartoes"),
    (WordSet::POINTER, "esse essa isso este esta isto esses essas"),
    (WordSet::BEING, "es eh era sao eram"),
    (WordSet::END, "ultimos primeiros finais final"),
    (WordSet::THREE, "tres"),
    (WordSet::FOUR, "quatro"),
    (WordSet::ARE, "sao"),
    (
        WordSet::MARKER,
        "eh nao voce vc voces sao senha senhas cartao meu minha seu qual quais verificacao seguranca confirmacao obrigado \
         obrigada recebi chegou mandaram enviaram mandei enviei enviamos dele dela muito ainda tambem estou nao verso",
    ),
    (WordSet::ABBREVIATION, "sr sra srta dr dra num tel av prof ag cta apto ap ramal nr"),
];

/// The words of the phrase sets that single rules use, separated by spaces.
pub(crate) const PHRASING: &[(PhraseSet, &str)] = &[
    (PhraseSet::HERE, "aqui este esta ai agora segue eis"),
    (
        PhraseSet::CONCERN,
        "esqueci esquecer trocar mudar alterar troquei mudei perdi redefinir preciso quero ajuda sobre errada errado",
    ),
    (PhraseSet::KNOWS, "pede tem tens lembra sabe sabes"),
    (PhraseSet::SAYS, "diz dizem dizia dizendo disse disseram falou falaram"),
    (PhraseSet::ANOTHER_ONE, "outro outra ele novamente"),
    (PhraseSet::SUFFICES, "basta bastam bastaria chega serve servem"),
    (PhraseSet::IS_ENOUGH, "eh sao ja isso"),
    (PhraseSet::ENOUGH, "suficiente suficientes bastante"),
    (PhraseSet::THE, "o a"),
    (PhraseSet::OF_THE, "de do da"),
    (PhraseSet::WE_MEAN, "me nos quero queria quis"),
    (PhraseSet::MEANT, "refiro referia referimos dizer"),
    (PhraseSet::FIELD, "campo tela formulario"),
    (PhraseSet::NEEDS, "precisa precisam exige requer"),
    (
        PhraseSet::CHANGES,
        "troque troca trocar mude muda mudar altere altera alterar redefina redefinir resetar recupere recuperar crie criar escolha escolher cadastre cadastrar atualize atualizar use",
    ),
    (
        PhraseSet::ELSEWHERE,
        "aplicativo aplicacao site pagina link configuracoes definicoes portal caixa multibanco agencia loja perfil botao navegador banking",
    ),
    (PhraseSet::FORGOTTEN, "esqueci esqueceu esqueceste redefinir recuperar"),
    (PhraseSet::IN_CHAT, "aqui envie mande responda compartilhe partilhe informe abaixo passe"),
    (PhraseSet::I, "eu"),
    (PhraseSet::AFTER_ENTRY, "duas novamente mas"),
    (PhraseSet::INSTEAD, "nao em vez de lugar sim"),
    (PhraseSet::TO, "para pra"),
    (PhraseSet::AUTHORIZES, "autorizar autenticar verificar validar confirmar"),
    (
        PhraseSet::LETS_IN,
        "entrar acessar aceder verificar validar confirmar concluir finalizar redefinir autorizar liberar ativar seu sua",
    ),
    (PhraseSet::USES, "use utilize digite insira informe"),
    (PhraseSet::TO_AS, "para pra como"),
    (PhraseSet::READS, "com dizendo veio trouxe"),
    (PhraseSet::SMS, "mensagem msg torpedo"),
    (PhraseSet::CARRIES, "tem traz vem ta esta escrito"),
    (PhraseSet::BIRTH, "nascimento nascido nascida nasceu nasci aniversario"),
    (PhraseSet::MINE, "minha meu"),
    (PhraseSet::EQUALS, "mesmo mesma igual"),
    (
        PhraseSet::ACCESSES,
        "verificar acessar localizar encontrar abrir buscar entrar identificar validar desbloquear proteger consultar conferir ver",
    ),
    (PhraseSet::ONLY, "so somente apenas mas"),
    (PhraseSet::JOINS, "e ou"),
    (PhraseSet::THE_THING, "a o"),
    (PhraseSet::STILL, "agora ainda apenas so esse essa como que eh ser atualmente simplesmente"),
    (
        PhraseSet::USED_AS_PASSWORD,
        "segredo amor senha segunda terca quarta quinta sexta janeiro fevereiro marco maio junho julho setembro outubro novembro dezembro verao inverno mae pai dinheiro amigos liberdade",
    ),
    (PhraseSet::WHO, "quem"),
    (
        PhraseSet::TYPED_IN,
        "app aplicativo aplicacao navegador site pagina cidade loja agencia dispositivo computador tablet programa pessoa",
    ),
    (
        PhraseSet::POINTS_BACK,
        "isso esse essa outra outro outras outros resto segue seguinte novo parte metade hifen letra letras maiuscula maiusculas minuscula minusculas",
    ),
    (PhraseSet::WHICH, "que"),
    (
        PhraseSet::HINTS,
        "nome sobrenome apelido musica rua cachorro cachorra cadela cao gato gata time equipa banda escola cidade bairro flor",
    ),
    (PhraseSet::WITH, "com usando"),
    (PhraseSet::AND, "e"),
    (PhraseSet::AND_ANOTHER, "ou e talvez depois nao tambem"),
    (PhraseSet::AND_THEN, "ou e depois"),
    (PhraseSet::OR_NOW, "ou agora"),
    (PhraseSet::USER, "usuario utilizador"),
    (PhraseSet::SET, "mudei mudou mudaram troquei trocou trocaram alterei alterou coloquei redefini atualizei pus"),
    (PhraseSet::PHRASE, "frase resposta"),
    (PhraseSet::WITH_CODE, "e com"),
    (PhraseSet::FULL, "numero num numeracao digitos inteiro"),
    (PhraseSet::THIRD, "ele ela eles elas"),
    (
        PhraseSet::CONFIRMS,
        "certo certa correto correta isso sim ne confere aqui mesmo anotado anotada recebido recebida aceito aceita ok",
    ),
    (
        PhraseSet::READS_BACK,
        "tenho anotei anoto ouvi escutei entendi digitei inseri repito repetindo confirmo confirmando tentei usei usar recebi coloquei aceitou aceita consta",
    ),
    (PhraseSet::REJECTS, "nao foi expirou deu"),
    (PhraseSet::ASKS_BACK, "posso pode tem precisa"),
    (PhraseSet::I_THINK, "acho creio penso"),
    (PhraseSet::THEN_ANOTHER, "e"),
    (PhraseSet::AS_IN, "como com de"),
];

/// Classes that words have in Spanish or English but not in Portuguese: "no verso", "da conta", "é o código".
pub(crate) const UNLIKE: &[Words] = &[
    Words { role: WordClass::NEGATION, words: "no" },
    Words { role: WordClass::REQUEST, words: "da marque" },
    Words { role: WordClass::CONJUNCTION, words: "o" },
];
